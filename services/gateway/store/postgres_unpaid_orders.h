// The expiry's view of the orders in PostgreSQL.
#pragma once

#include "libs/postgres/connection.h"
#include "libs/postgres/database.h"
#include "services/gateway/app/unpaid_orders.h"
#include "services/gateway/store/move_policy.h"

namespace ordermesh::gateway {

// One session, which holds the lock. No transaction of it lasts longer than one order: a long one would hold back the
// outbox. `moves` must outlive it.
class PostgresUnpaidOrders : public UnpaidOrders {
 public:
  PostgresUnpaidOrders(const postgres::Database& database, const MovePolicy& moves);

  absl::StatusOr<bool> TryLock() override;
  absl::StatusOr<std::vector<Candidate>> Due(absl::Duration ttl, int limit) override;
  absl::StatusOr<domain::Order> Expire(const OrderMove& move) override;
  absl::Status Advance(const domain::OrderId& to) override;

 private:
  const MovePolicy& moves_;
  postgres::Connection connection_;
  int locked_pid_ = 0;  // the session that has the lock; the connection mends itself, but a new session has none
};

}  // namespace ordermesh::gateway
