// Readiness: what a process needs, and whether it has it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/mutex.h"

namespace ordermesh::mesh {

// Each dependency reports by name when its state changes. The process is ready when all are OK and it does not drain.
// Thread-safe.
class Readiness {
 public:
  // Every dependency is named before start, not ready ("not checked yet") until it reports.
  explicit Readiness(std::vector<std::string> dependencies);

  void Report(const std::string& dependency, absl::Status status);
  void StartDraining();

  bool ready() const;
  // Every dependency with its status; "draining" among them while draining.
  std::vector<std::pair<std::string, absl::Status>> Describe() const;
  // Called after each change of ready(), on the reporting thread. Set once, before start.
  void OnChange(std::function<void(bool ready)> changed);

 private:
  mutable base::Mutex mu_;
  std::map<std::string, absl::Status> dependencies_ ABSL_GUARDED_BY(mu_);
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  std::function<void(bool)> changed_;
};

}  // namespace ordermesh::mesh
