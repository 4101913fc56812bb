// Notices that orders change, whichever process changed them.
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <vector>

#include "absl/time/time.h"
#include "libs/aio/completion.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/base/mutex.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/gateway_metrics.h"

namespace ordermesh::gateway {

// Asks the store for the versions of all watched orders, in one query each `interval`, while anyone watches. Level
// triggered: it compares with what the watcher has seen, so nothing is missed between two waits. Thread-safe. The
// dependencies must outlive it; the query runs on `home`.
class OrderVersions {
 public:
  OrderVersions(aio::Lane& home, OrderStore& store, absl::Duration interval, WatchMetrics metrics)
      : home_(home), store_(store), interval_(interval), metrics_(metrics) {}

  // Waits until the order's version is another than `seen` (true), or until the call is cancelled, its server drains,
  // or this stops (false). On the call's lane.
  aio::Task<bool> Changed(mesh::CallContext& call, domain::OrderId id, std::int64_t seen);

  // Lets every watcher go, and returns when no query is under way; not from a lane. Idempotent.
  void Stop();

 private:
  struct Watcher {
    domain::OrderId id;
    std::int64_t seen;
    aio::Completion<bool>::Setter changed;
  };

  // False: it has stopped.
  bool Add(std::uint64_t ticket, Watcher watcher);
  // Takes the watcher out, if it still waits, and tells it.
  void Release(std::uint64_t ticket, bool changed);
  aio::Task<void> Poll();
  // Those who watch; when there is nobody, polling has ended.
  std::vector<domain::OrderId> Watched();
  void Tell(const std::map<domain::OrderId, std::int64_t>& versions);

  aio::Lane& home_;
  OrderStore& store_;
  const absl::Duration interval_;
  const WatchMetrics metrics_;
  base::Mutex mu_;
  base::CondVar ended_;
  std::map<std::uint64_t, Watcher> watchers_ ABSL_GUARDED_BY(mu_);
  std::uint64_t last_ticket_ ABSL_GUARDED_BY(mu_) = 0;
  bool polling_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace ordermesh::gateway
