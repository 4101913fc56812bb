#include "libs/mesh/health.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "libs/base/log.h"

namespace ordermesh::mesh {
namespace {

std::string WithoutNumbers(absl::string_view reason) {
  std::string kept;
  for (const char c : reason) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) kept.push_back(c);
  }
  return kept;
}

// Whether more than patience is needed: a login that is refused, a topology that is not as declared.
bool IsWrong(const absl::Status& status) {
  return !status.ok() && !absl::IsUnavailable(status) && !absl::IsDeadlineExceeded(status);
}

}  // namespace

Readiness::Readiness(std::vector<std::string> dependencies, std::vector<HealthGroup> groups)
    : groups_(std::move(groups)) {
  for (const HealthGroup& group : groups_) {
    dependencies.insert(dependencies.end(), group.needs.begin(), group.needs.end());
  }
  for (std::string& name : dependencies) {
    dependencies_.emplace(std::move(name), absl::UnavailableError("not checked yet"));
  }
}

void Readiness::Report(const std::string& dependency, const absl::Status& status) {
  bool was_ok = false, is_news = false;
  std::vector<bool> before, after;
  {
    base::MutexLock lock(mu_);
    absl::Status& known = dependencies_[dependency];
    was_ok = known.ok();
    before = AllLocked();
    known = status;
    was_whole_ = was_whole_ || WholeLocked();
    after = AllLocked();
    if (status.ok()) {
      logged_.erase(dependency);
    } else {
      std::string reason = WithoutNumbers(status.message());
      std::string& logged = logged_[dependency];
      is_news = was_ok || logged != reason;
      logged = std::move(reason);
    }
  }
  if (is_news) {
    base::LogWarning("dependency_down", {{"dependency", dependency}, {"reason", status.message()}});
  } else if (!was_ok && status.ok()) {
    base::LogInfo("dependency_up", {{"dependency", dependency}});
  }
  Tell(before, after);
}

void Readiness::EndStart() {
  std::vector<bool> before, after;
  {
    base::MutexLock lock(mu_);
    before = AllLocked();
    start_ended_ = true;
    after = AllLocked();
  }
  Tell(before, after);
}

void Readiness::StartDraining() {
  std::vector<bool> before, after;
  {
    base::MutexLock lock(mu_);
    before = AllLocked();
    draining_ = true;
    after = AllLocked();
  }
  Tell(before, after);
}

bool Readiness::ready() const {
  base::MutexLock lock(mu_);
  return ReadyLocked();
}

std::optional<bool> Readiness::ready(const std::string& group) const {
  base::MutexLock lock(mu_);
  for (const HealthGroup& one : groups_) {
    if (one.name == group) return GroupReadyLocked(one);
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, bool>> Readiness::Groups() const {
  base::MutexLock lock(mu_);
  std::vector<std::pair<std::string, bool>> all;
  all.reserve(groups_.size());
  for (const HealthGroup& group : groups_) all.emplace_back(group.name, GroupReadyLocked(group));
  return all;
}

std::vector<std::pair<std::string, absl::Status>> Readiness::Describe() const {
  base::MutexLock lock(mu_);
  std::vector<std::pair<std::string, absl::Status>> all(dependencies_.begin(), dependencies_.end());
  if (draining_) {
    all.emplace_back("draining", absl::UnavailableError("the process is stopping"));
  } else if (StartingLocked() && AnyGroupReadyLocked()) {
    all.emplace_back("starting",
                     absl::UnavailableError("the process waits for all that it needs before it serves a part"));
  }
  return all;
}

int Readiness::OnChange(std::function<void()> changed) {
  base::MutexLock lock(listeners_mu_);
  listeners_.emplace(++last_listener_, std::move(changed));
  return last_listener_;
}

void Readiness::Forget(int id) {
  base::MutexLock lock(listeners_mu_);
  listeners_.erase(id);
}

std::vector<bool> Readiness::AllLocked() const {
  std::vector<bool> all = {ReadyLocked()};
  for (const HealthGroup& group : groups_) all.push_back(GroupReadyLocked(group));
  return all;
}

bool Readiness::ReadyLocked() const {
  if (draining_) return false;
  return groups_.empty() || StartingLocked() ? WholeLocked() : AnyGroupReadyLocked();
}

bool Readiness::GroupReadyLocked(const HealthGroup& group) const {
  if (draining_) return false;
  for (const std::string& name : group.needs) {
    if (!dependencies_.at(name).ok()) return false;
  }
  return true;
}

bool Readiness::AnyGroupReadyLocked() const {
  for (const HealthGroup& group : groups_) {
    if (GroupReadyLocked(group)) return true;
  }
  return false;
}

bool Readiness::WholeLocked() const {
  for (const auto& [name, status] : dependencies_) {
    if (!status.ok()) return false;
  }
  return true;
}

bool Readiness::StartingLocked() const {
  if (was_whole_) return false;
  if (!start_ended_) return true;
  for (const auto& [name, status] : dependencies_) {
    if (IsWrong(status)) return true;
  }
  return false;
}

void Readiness::Tell(const std::vector<bool>& before, const std::vector<bool>& after) {
  if (before == after) return;
  if (before[0] != after[0]) base::LogInfo(after[0] ? "ready" : "not_ready");
  for (std::size_t i = 1; i < after.size(); ++i) {
    if (before[i] == after[i]) continue;
    base::LogInfo(after[i] ? "group_ready" : "group_not_ready", {{"group", groups_[i - 1].name}});
  }
  base::MutexLock lock(listeners_mu_);
  for (auto& [id, changed] : listeners_) changed();
}

}  // namespace ordermesh::mesh
