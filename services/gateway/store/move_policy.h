// What to do when the move of an order fails.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/deadline.h"
#include "libs/base/timer.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/gateway_metrics.h"

namespace ordermesh::gateway {

// Thread-safe. The dependencies must outlive it.
class MovePolicy {
 public:
  // `give_up_after`: how long a move whose commit was interrupted is tried again before its outcome is left open.
  MovePolicy(absl::Duration give_up_after, const OrderEvents& events, base::Timer& timer, StoreMetrics metrics)
      : give_up_after_(give_up_after), events_(events), timer_(timer), metrics_(metrics) {}

  // Moves the order; again, at most until `caller`, where that may help. Fails as OrderStore::Move. On the thread of
  // `connection`.
  absl::StatusOr<domain::Order> Run(postgres::Connection& connection, const OrderMove& move,
                                    base::Deadline caller) const;

 private:
  const absl::Duration give_up_after_;
  const OrderEvents& events_;
  base::Timer& timer_;
  const StoreMetrics metrics_;
};

}  // namespace ordermesh::gateway
