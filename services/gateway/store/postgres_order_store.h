// Orders in PostgreSQL.
#pragma once

#include <string>

#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/postgres/database.h"
#include "libs/postgres/pool.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/gateway_metrics.h"
#include "services/gateway/store/accept_policy.h"
#include "services/gateway/store/accept_transaction.h"
#include "services/gateway/store/move_policy.h"

namespace ordermesh::gateway {

// Each kind of work has connections of its own, so that none waits behind another: orders are accepted; refused orders
// are looked up, which never waits for a lock; orders are moved on, which may; and all that only reads. Thread-safe.
// The dependencies must outlive it.
class PostgresOrderStore : public OrderStore {
 public:
  struct Options {
    postgres::Database database;
    int intake_connections = 2;
    int move_connections = 2;
    int query_connections = 4;
    std::size_t max_waiting = 256;  // work that waits for a connection of each pool; beyond it kResourceExhausted
    absl::Duration statement_timeout = absl::Seconds(3);
    absl::Duration lock_timeout = absl::Milliseconds(200);
    AcceptPolicy::Options accept;
  };

  PostgresOrderStore(Options options, const OrderEvents& events, base::Timer& timer, base::Random& random,
                     StoreMetrics metrics);

  aio::Task<std::vector<absl::StatusOr<Accepted>>> Accept(aio::Lane& lane, std::vector<Acceptance> batch) override;
  aio::Task<absl::StatusOr<std::vector<std::optional<StoredRequest>>>> Find(aio::Waiter waiter,
                                                                            std::vector<RequestKey> keys) override;
  aio::Task<absl::StatusOr<domain::Order>> Get(aio::Waiter waiter, std::string caller, domain::OrderId id) override;
  aio::Task<absl::StatusOr<std::vector<domain::Order>>> List(aio::Waiter waiter, OrderQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, OrderFilter filter, std::int64_t at_most) override;
  aio::Task<absl::StatusOr<domain::Order>> Move(aio::Waiter waiter, OrderMove move) override;
  aio::Task<absl::StatusOr<std::map<domain::OrderId, std::int64_t>>> Versions(
      aio::Waiter waiter, std::vector<domain::OrderId> ids) override;

 private:
  struct IntakeSession {
    IntakeSession(const postgres::ConnectionOptions& options, const OrderEvents& events)
        : connection(options), transaction(connection, events) {}
    postgres::Connection connection;
    AcceptTransaction transaction;
  };
  using Refuse = absl::Status(const absl::Status& error);
  // Runs a query on a connection of `pool`; its error becomes a refusal.
  template <class Query>
  auto Ask(postgres::Pool& pool, aio::Waiter waiter, Query query, Refuse* refuse)
      -> aio::Task<std::invoke_result_t<Query&, postgres::Connection&>>;

  base::Timer& timer_;
  const AcceptPolicy accept_policy_;
  const MovePolicy move_policy_;
  // Last: their threads use what stands above.
  aio::WorkerPool<IntakeSession> intake_;
  postgres::Pool look_ups_;  // one connection: a query for as many orders as have gathered
  postgres::Pool moves_;
  postgres::Pool queries_;
};

}  // namespace ordermesh::gateway
