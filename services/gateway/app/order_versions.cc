#include "services/gateway/app/order_versions.h"

#include <algorithm>
#include <utility>

namespace ordermesh::gateway {

using base::MutexLock;

aio::Task<bool> OrderVersions::Changed(mesh::CallContext& call, domain::OrderId id, std::int64_t seen) {
  aio::Completion<bool> changed(call.lane());
  std::uint64_t ticket = 0;
  {
    MutexLock lock(mu_);
    ticket = ++last_ticket_;
  }
  if (!Add(ticket, {id, seen, changed.setter()})) co_return false;
  call.OnCancelled([this, ticket] { Release(ticket, false); });
  const bool result = co_await changed;
  call.OnCancelled({});
  co_return result;
}

void OrderVersions::Stop() {
  MutexLock lock(mu_);
  stopped_ = true;
  for (auto& [ticket, watcher] : watchers_) watcher.changed(false);
  watchers_.clear();
  ended_.Wait(mu_, std::stop_token(), [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !polling_; });
}

bool OrderVersions::Add(std::uint64_t ticket, Watcher watcher) {
  MutexLock lock(mu_);
  if (stopped_) return false;
  watchers_.emplace(ticket, std::move(watcher));
  metrics_.watching.Set(static_cast<double>(watchers_.size()));
  if (!std::exchange(polling_, true)) {
    home_.Post([this] { aio::Spawn(Poll()); });
  }
  return true;
}

void OrderVersions::Release(std::uint64_t ticket, bool changed) {
  MutexLock lock(mu_);
  auto found = watchers_.find(ticket);
  if (found == watchers_.end()) return;
  found->second.changed(changed);
  watchers_.erase(found);
  metrics_.watching.Set(static_cast<double>(watchers_.size()));
}

aio::Task<void> OrderVersions::Poll() {
  for (;;) {
    auto pause = home_.Sleep(interval_);
    co_await pause;
    std::vector<domain::OrderId> ids = Watched();
    if (ids.empty()) co_return;
    auto ask = store_.Versions({home_}, std::move(ids));
    const absl::StatusOr<std::map<domain::OrderId, std::int64_t>> versions = co_await ask;
    metrics_.polls.Add();
    // A database that is away shows in readiness; the watchers wait.
    if (versions.ok()) Tell(*versions);
  }
}

std::vector<domain::OrderId> OrderVersions::Watched() {
  std::vector<domain::OrderId> ids;
  MutexLock lock(mu_);
  for (const auto& [ticket, watcher] : watchers_) ids.push_back(watcher.id);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (ids.empty()) {
    polling_ = false;
    ended_.NotifyAll();
  }
  return ids;
}

void OrderVersions::Tell(const std::map<domain::OrderId, std::int64_t>& versions) {
  MutexLock lock(mu_);
  for (auto next = watchers_.begin(); next != watchers_.end();) {
    const Watcher& watcher = next->second;
    auto version = versions.find(watcher.id);
    // One that came after the query is not in it, and one that is gone neither: the next look tells.
    if (version == versions.end() || version->second == watcher.seen) {
      ++next;
      continue;
    }
    watcher.changed(true);
    next = watchers_.erase(next);
  }
  metrics_.watching.Set(static_cast<double>(watchers_.size()));
}

}  // namespace ordermesh::gateway
