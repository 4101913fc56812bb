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

// Each dependency reports by name, as often as it likes; only changes are logged and told. A dependency that stays down
// for another reason is logged again: why a process does not become ready is often not what it met first. The process
// is ready when all are OK and it does not drain. Thread-safe.
class Readiness {
 public:
  // Every dependency is named before start, not ready ("not checked yet") until it reports.
  explicit Readiness(std::vector<std::string> dependencies);

  void Report(const std::string& dependency, absl::Status status);
  void StartDraining();

  bool ready() const;
  // Every dependency with its status; "draining" among them while draining.
  std::vector<std::pair<std::string, absl::Status>> Describe() const;
  // `changed` is called after each change of ready(), on the reporting thread, until Forget of the returned id, which
  // returns when no call is under way. Two changes at once may be told in either order: ready() is the truth.
  int OnChange(std::function<void(bool ready)> changed);
  void Forget(int id);

 private:
  bool ReadyLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Tell(bool ready);

  mutable base::Mutex mu_;
  std::map<std::string, absl::Status> dependencies_ ABSL_GUARDED_BY(mu_);
  // Why each was down when that was last logged, without numbers, which change all the time; not there while it is OK.
  std::map<std::string, std::string> logged_ ABSL_GUARDED_BY(mu_);
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  base::Mutex listeners_mu_;
  std::map<int, std::function<void(bool)>> listeners_ ABSL_GUARDED_BY(listeners_mu_);
  int last_listener_ ABSL_GUARDED_BY(listeners_mu_) = 0;
};

}  // namespace ordermesh::mesh
