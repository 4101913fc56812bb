// The transaction that moves an order on.
#pragma once

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// One attempt. The lock is a statement of its own and the guard stands on the row that is updated: with both in one
// statement, the guard judges the snapshot from before the wait. The refusals are those of OrderStore::Move; any other
// error is a status of `connection`. The history of stock, catalog.movements, is written by a trigger.
absl::StatusOr<domain::Order> TryMove(postgres::Connection& connection, const OrderEvents& events,
                                      const OrderMove& move);

}  // namespace ordermesh::gateway
