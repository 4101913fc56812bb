// The transaction that cancels an order.
#pragma once

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// One attempt. The lock is a statement of its own and the guard stands on the row that is updated: with both in one
// statement, the guard judges the snapshot from before the wait. The refusals are those of OrderStore::Cancel; any
// other error is a status of `connection`.
absl::StatusOr<domain::Order> TryCancel(postgres::Connection& connection, const OrderEvents& events,
                                        const Cancellation& cancellation);

}  // namespace ordermesh::gateway
