// Readiness: what a process needs, whether it has it, and what it can serve with what it has.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libs/base/mutex.h"

namespace ordermesh::mesh {

// What of a process' calls needs the same dependencies, under the name that grpc.health.v1 knows it by: a service's
// full name, or "service/Method" for a method that needs more than the rest of its service.
struct HealthGroup {
  std::string name;
  std::vector<std::string> needs;
};

// Each dependency reports by name, as often as it likes; only changes are logged and told. A dependency that stays down
// for another reason is logged again: why a process does not become ready is often not what it met first.
//
// A group is ready when all that it needs is OK. The process is ready when one of its groups is, so that who can still
// read is still found; without groups, when all dependencies are OK. At its start it waits for all of them: a rollout
// must not replace those who can do everything by one who can't yet. That ends when all were OK once, or with EndStart
// when what fails is only away; what is wrong (another code than UNAVAILABLE or DEADLINE_EXCEEDED: a login that is
// refused, a topology that differs) holds it for as long as it is wrong. While draining nothing is ready. Thread-safe.
class Readiness {
 public:
  // Every dependency is named before start, not ready ("not checked yet") until it reports.
  explicit Readiness(std::vector<std::string> dependencies, std::vector<HealthGroup> groups = {});

  void Report(const std::string& dependency, const absl::Status& status);
  void EndStart();
  void StartDraining();

  bool ready() const;
  // Of one group; nothing when there is none of that name.
  std::optional<bool> ready(const std::string& group) const;
  // Every group with whether it is ready, in the order in which they were named.
  std::vector<std::pair<std::string, bool>> Groups() const;
  // Every dependency with its status; "draining" or "starting" among them when that is why the process is not ready.
  std::vector<std::pair<std::string, absl::Status>> Describe() const;
  // `changed` is called after each change of ready() or of a group, on the reporting thread, until Forget of the
  // returned id, which returns when no call is under way. Two changes at once may be told in either order: ready() is
  // the truth.
  int OnChange(std::function<void()> changed);
  void Forget(int id);

 private:
  // Of the process first, then of each group.
  std::vector<bool> AllLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool ReadyLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool GroupReadyLocked(const HealthGroup& group) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool AnyGroupReadyLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool WholeLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool StartingLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Tell(const std::vector<bool>& before, const std::vector<bool>& after);

  const std::vector<HealthGroup> groups_;
  mutable base::Mutex mu_;
  std::map<std::string, absl::Status> dependencies_ ABSL_GUARDED_BY(mu_);
  // Why each was down when that was last logged, without numbers, which change all the time; not there while it is OK.
  std::map<std::string, std::string> logged_ ABSL_GUARDED_BY(mu_);
  bool was_whole_ ABSL_GUARDED_BY(mu_) = false;
  bool start_ended_ ABSL_GUARDED_BY(mu_) = false;
  bool draining_ ABSL_GUARDED_BY(mu_) = false;
  base::Mutex listeners_mu_;
  std::map<int, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mu_);
  int last_listener_ ABSL_GUARDED_BY(listeners_mu_) = 0;
};

}  // namespace ordermesh::mesh
