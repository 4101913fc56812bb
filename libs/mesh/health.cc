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

}  // namespace

Readiness::Readiness(std::vector<std::string> dependencies) {
  for (std::string& name : dependencies) {
    dependencies_.emplace(std::move(name), absl::UnavailableError("not checked yet"));
  }
}

void Readiness::Report(const std::string& dependency, absl::Status status) {
  bool was_ok = false, was_ready = false, is_ready = false, is_news = false;
  {
    base::MutexLock lock(mu_);
    absl::Status& known = dependencies_[dependency];
    was_ok = known.ok();
    was_ready = ReadyLocked();
    known = status;
    is_ready = ReadyLocked();
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
  if (was_ready != is_ready) Tell(is_ready);
}

void Readiness::StartDraining() {
  bool was_ready = false;
  {
    base::MutexLock lock(mu_);
    was_ready = ReadyLocked();
    draining_ = true;
  }
  if (was_ready) Tell(false);
}

bool Readiness::ready() const {
  base::MutexLock lock(mu_);
  return ReadyLocked();
}

std::vector<std::pair<std::string, absl::Status>> Readiness::Describe() const {
  base::MutexLock lock(mu_);
  std::vector<std::pair<std::string, absl::Status>> all(dependencies_.begin(), dependencies_.end());
  if (draining_) all.emplace_back("draining", absl::UnavailableError("the process is stopping"));
  return all;
}

int Readiness::OnChange(std::function<void(bool)> changed) {
  base::MutexLock lock(listeners_mu_);
  listeners_.emplace(++last_listener_, std::move(changed));
  return last_listener_;
}

void Readiness::Forget(int id) {
  base::MutexLock lock(listeners_mu_);
  listeners_.erase(id);
}

bool Readiness::ReadyLocked() const {
  if (draining_) return false;
  for (const auto& [name, status] : dependencies_) {
    if (!status.ok()) return false;
  }
  return true;
}

void Readiness::Tell(bool ready) {
  base::LogInfo(ready ? "ready" : "not_ready");
  base::MutexLock lock(listeners_mu_);
  for (auto& [id, changed] : listeners_) changed(ready);
}

}  // namespace ordermesh::mesh
