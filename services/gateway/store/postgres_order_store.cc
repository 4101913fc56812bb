#include "services/gateway/store/postgres_order_store.h"

#include <utility>

#include "libs/base/deadline.h"
#include "libs/postgres/failure.h"
#include "services/gateway/app/refusals.h"
#include "services/gateway/store/database_status.h"
#include "services/gateway/store/order_queries.h"

namespace ordermesh::gateway {
namespace {

using base::StoreTrouble;
using postgres::Connection;

postgres::ConnectionOptions Session(const PostgresOrderStore::Options& options, const char* purpose) {
  postgres::ConnectionOptions session = options.database.Queries(purpose, options.statement_timeout);
  session.lock_timeout = options.lock_timeout;
  return session;
}

// Reads come in the order of the index that they need: no other index will do then (find_orders.sql).
postgres::ConnectionOptions ReadSession(const PostgresOrderStore::Options& options, const char* purpose) {
  postgres::ConnectionOptions session = Session(options, purpose);
  session.session_sql += "; SET enable_sort = off";
  return session;
}

// Lists are planned each time, for the filters and the sizes of the moment. A bitmap is of all that matches before the
// first row comes, however few are counted.
postgres::ConnectionOptions QuerySession(const PostgresOrderStore::Options& options) {
  postgres::ConnectionOptions session = ReadSession(options, "");
  session.session_sql += "; SET plan_cache_mode = force_custom_plan; SET enable_bitmapscan = off";
  return session;
}

absl::Status ToOrderRefusal(const absl::Status& status) { return ToRefusal(status, "the order"); }

// A function of its own, since GCC 14 takes the optional in a coroutine's frame for uninitialized.
absl::StatusOr<domain::Order> OrThatThereIsNone(absl::StatusOr<std::optional<domain::Order>> found,
                                                domain::OrderId id) {
  if (!found.ok()) return found.status();
  if (!found->has_value()) return OrderNotFound(id);
  return **std::move(found);
}

}  // namespace

PostgresOrderStore::PostgresOrderStore(Options options, const OrderEvents& events, base::Timer& timer,
                                       base::Random& random, StoreMetrics metrics)
    : timer_(timer),
      accept_policy_(options.accept, timer, random, metrics),
      move_policy_(options.accept.give_up_after, events, timer, metrics),
      intake_(
          {.threads = options.intake_connections, .max_queued = options.max_waiting}, metrics.intake_pool,
          [session = Session(options, "intake"), &events] { return std::make_unique<IntakeSession>(session, events); }),
      look_ups_({.threads = 1, .max_queued = options.max_waiting}, metrics.look_up_pool,
                postgres::MakeConnections(ReadSession(options, "look-ups"))),
      moves_({.threads = options.move_connections, .max_queued = options.max_waiting}, metrics.move_pool,
             postgres::MakeConnections(Session(options, "moves"))),
      queries_({.threads = options.query_connections, .max_queued = options.max_waiting}, metrics.query_pool,
               postgres::MakeConnections(QuerySession(options))) {}

aio::Task<std::vector<absl::StatusOr<Accepted>>> PostgresOrderStore::Accept(aio::Lane& lane,
                                                                            std::vector<Acceptance> batch) {
  using Results = std::vector<absl::StatusOr<Accepted>>;
  const std::size_t orders = batch.size();
  auto run =
      intake_.Run({lane}, [this, batch = std::move(batch)](IntakeSession& session) mutable -> absl::StatusOr<Results> {
        return accept_policy_.Run(session.transaction, std::move(batch));
      });
  absl::StatusOr<Results> results = co_await run;
  if (results.ok()) co_return *std::move(results);
  co_return Results(orders, ToRefusal(results.status(), "stock"));
}

template <class Query>
auto PostgresOrderStore::Ask(postgres::Pool& pool, aio::Waiter waiter, Query query, Refuse* refuse)
    -> aio::Task<std::invoke_result_t<Query&, postgres::Connection&>> {
  using Answer = std::invoke_result_t<Query&, Connection&>;
  const base::Deadline deadline = waiter.deadline;
  auto run = pool.Run(waiter, [this, deadline, query = std::move(query)](Connection& connection) mutable -> Answer {
    Answer answer = query(connection);
    // The session may have died long before: once more, on a new one.
    if (!answer.ok() && postgres::FailureOf(answer.status()).trouble == StoreTrouble::kUnreachable &&
        !deadline.Expired(timer_)) {
      answer = query(connection);
    }
    return answer;
  });
  Answer answer = co_await run;
  if (!answer.ok()) co_return refuse(answer.status());
  co_return answer;
}

aio::Task<absl::StatusOr<std::vector<std::optional<StoredRequest>>>> PostgresOrderStore::Find(
    aio::Waiter waiter, std::vector<RequestKey> keys) {
  return Ask(
      look_ups_, waiter, [keys = std::move(keys)](Connection& connection) { return FindOrders(connection, keys); },
      ToOrderRefusal);
}

aio::Task<absl::StatusOr<domain::Order>> PostgresOrderStore::Get(aio::Waiter waiter, std::string caller,
                                                                 domain::OrderId id) {
  auto ask = Ask(
      queries_, waiter,
      [caller = std::move(caller), id](Connection& connection) { return GetOrder(connection, caller, id); },
      ToOrderRefusal);
  absl::StatusOr<std::optional<domain::Order>> found = co_await ask;
  co_return OrThatThereIsNone(std::move(found), id);
}

aio::Task<absl::StatusOr<std::vector<domain::Order>>> PostgresOrderStore::List(aio::Waiter waiter, OrderQuery query) {
  return Ask(
      queries_, waiter, [query = std::move(query)](Connection& connection) { return ListOrders(connection, query); },
      ToListRefusal);
}

aio::Task<absl::StatusOr<std::int64_t>> PostgresOrderStore::Count(aio::Waiter waiter, OrderFilter filter,
                                                                  std::int64_t at_most) {
  return Ask(
      queries_, waiter,
      [filter = std::move(filter), at_most](Connection& connection) {
        return CountOrders(connection, filter, at_most);
      },
      ToListRefusal);
}

aio::Task<absl::StatusOr<std::map<domain::OrderId, std::int64_t>>> PostgresOrderStore::Versions(
    aio::Waiter waiter, std::vector<domain::OrderId> ids) {
  return Ask(
      queries_, waiter, [ids = std::move(ids)](Connection& connection) { return OrderVersions(connection, ids); },
      ToOrderRefusal);
}

aio::Task<absl::StatusOr<domain::Order>> PostgresOrderStore::Move(aio::Waiter waiter, OrderMove move) {
  struct Done {
    absl::StatusOr<domain::Order> order;
  };
  const base::Deadline deadline = waiter.deadline;
  auto run =
      moves_.Run(waiter, [this, deadline, move = std::move(move)](Connection& connection) -> absl::StatusOr<Done> {
        return Done{move_policy_.Run(connection, move, deadline)};
      });
  absl::StatusOr<Done> done = co_await run;
  if (!done.ok()) co_return ToRefusal(done.status(), "the order");
  co_return std::move(done->order);
}

}  // namespace ordermesh::gateway
