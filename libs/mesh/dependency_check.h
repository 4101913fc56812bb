// Looks at one thing that the process needs, again and again, and reports it to the readiness.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/periodic.h"
#include "libs/base/timer.h"
#include "libs/mesh/health.h"

namespace ordermesh::mesh {

// Between two looks. With a look of at most 1.4 s, whatever hangs is named within two seconds.
inline constexpr absl::Duration kCheckInterval = absl::Milliseconds(500);

// For what looks at several dependencies at once, and tells each by name. The readiness must outlive it.
inline std::function<void(const std::string& dependency, const absl::Status& status)> ReportTo(Readiness& readiness) {
  return
      [&readiness](const std::string& dependency, const absl::Status& status) { readiness.Report(dependency, status); };
}

// A thread of its own for each, so that one that hangs until its timeout doesn't hide another. The dependencies must
// outlive it.
class DependencyCheck {
 public:
  // `check` runs on the thread only, and answers within 1.4 s.
  DependencyCheck(std::string name, std::function<absl::Status()> check, Readiness& readiness, base::Timer& timer)
      : periodic_(
            kCheckInterval,
            [name = std::move(name), check = std::move(check), &readiness](std::stop_token) {
              readiness.Report(name, check());
            },
            timer) {}

 private:
  base::Periodic periodic_;
};

}  // namespace ordermesh::mesh
