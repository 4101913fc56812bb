// Looks at one thing that the process needs, again and again, and reports it to the readiness.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/mesh/health.h"

namespace ordermesh::relay {

// A thread of its own for each, so that one that hangs until its timeout doesn't hide another. The dependencies must
// outlive it.
class DependencyCheck {
 public:
  // `check` runs on the thread only, and answers well within two seconds.
  DependencyCheck(std::string name, std::function<absl::Status()> check, absl::Duration interval,
                  mesh::Readiness& readiness, base::Clock& clock)
      : thread_([name = std::move(name), check = std::move(check), interval, &readiness, &clock](std::stop_token stop) {
          do {
            readiness.Report(name, check());
          } while (clock.SleepFor(interval, stop));
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace ordermesh::relay
