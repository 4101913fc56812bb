// The statements keep to their indexes: in a session that was opened, and its statements prepared, while the tables
// were empty, and a million orders later.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/testing/explain.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/sql.h"
#include "services/gateway/store/gateway_database.h"
#include "services/gateway/store/move_policy.h"
#include "services/gateway/store/postgres_unpaid_orders.h"
#include "tests/integration/gateway/postgres_world.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::IsOk;
using ::testing::Each;

class PlansTest : public ::testing::Test {
 protected:
  static PostgresOrderStore::Options OneSessionEach() {
    PostgresOrderStore::Options options;
    options.intake_connections = options.query_connections = 1;
    return options;
  }

  // Every statement of the store, ten times: from the sixth on a prepared statement may keep one plan for ever. Orders
  // are numbered from `first`.
  void UseEverything(std::uint32_t first) {
    OrderStore& store = world_.store();
    for (std::uint32_t round = 0; round < 10; ++round) {
      std::vector<Acceptance> batch;
      std::vector<RequestKey> keys;
      std::vector<domain::OrderId> ids;
      for (std::uint32_t n = first + 100 * round; n < first + 100 * round + 64; ++n) {
        batch.push_back(AnAcceptance(n, {ALine(1 + n % 900), ALine(1 + (n + 7) % 900), ALine(1 + (n + 13) % 900)}));
        keys.push_back({"default", batch.back().request_id});
        ids.push_back(batch.back().order.id);
      }
      const auto accepted = aio::RunSync(lane_, [&] { return store.Accept(lane_, batch); });
      ASSERT_THAT(accepted, Each(IsOk()));
      // Repeats, and one that is refused: the statements for lost keys and for refused orders.
      Acceptance refused = AnAcceptance(first + 100 * round + 80, {ALine(1, 999), ALine(5000)});
      batch.push_back(refused);
      const auto again = aio::RunSync(lane_, [&] { return store.Accept(lane_, batch); });
      ASSERT_EQ(again.size(), 65u);
      EXPECT_FALSE(again.back().ok());
      ASSERT_THAT(aio::RunSync(lane_, [&] { return store.Find({lane_}, keys); }), IsOk());
      ASSERT_THAT(aio::RunSync(lane_, [&] { return store.Versions({lane_}, ids); }), IsOk());
      ASSERT_THAT(aio::RunSync(lane_, [&] { return store.Get({lane_}, "default", ids[0]); }), IsOk());
      const auto move = [&](const domain::OrderId& id, domain::OrderState to) {
        const OrderMove move{.caller = "default", .id = id, .to = to, .event_id = event_ids_.Next()};
        return aio::RunSync(lane_, [&] { return store.Move({lane_}, move); });
      };
      ASSERT_THAT(move(ids[1], domain::OrderState::kCancelled), IsOk());
      ASSERT_THAT(move(ids[2], domain::OrderState::kPaid), IsOk());
      ASSERT_THAT(move(ids[2], domain::OrderState::kShipped), IsOk());
      // The expiry looks at ten orders a round, and cancels one.
      ASSERT_THAT(unpaid_.TryLock(), ordermesh::testing::IsOkAndHolds(true));
      const auto due = unpaid_.Due(absl::ZeroDuration(), 10);
      ASSERT_THAT(due, IsOk());
      ASSERT_THAT(*due, ::testing::SizeIs(10));
      const OrderMove expiry{.caller = "default",
                             .id = ids[3],
                             .to = domain::OrderState::kCancelled,
                             .cancel_reason = domain::CancelReason::kPaymentExpired,
                             .event_id = event_ids_.Next()};
      ASSERT_THAT(unpaid_.Expire(expiry), IsOk());
      ASSERT_THAT(unpaid_.Advance(due->back().id), IsOk());
      for (const char* customer : {"", "CUST-0001"}) {
        OrderQuery query{.filter = {.caller = "default", .customer_id = customer}, .limit = 21};
        query.after = api::TimeAndId{base::SystemClock().Now() - absl::Milliseconds(1), ids[0]};
        ASSERT_THAT(aio::RunSync(lane_, [&] { return store.List({lane_}, query); }), IsOk());
        ASSERT_THAT(aio::RunSync(lane_, [&] { return store.Count({lane_}, query.filter, 100); }), IsOk());
      }
    }
  }
  // What was read of the tables since the last call: rows found by scans from end to end, and index entries.
  struct Reads {
    std::int64_t by_scan, by_index;
  };
  Reads Read() {
    const Reads now = {
        world_.Number(
            "SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE schemaname IN ('orders', 'catalog')"),
        world_.Number(
            "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE schemaname IN ('orders', 'catalog')")};
    const Reads since = {now.by_scan - last_.by_scan, now.by_index - last_.by_index};
    last_ = now;
    return since;
  }
  // What a session has read is in the statistics by the time it has ended, not earlier.
  void EndTheStoresSessions() {
    const std::string theirs = "FROM pg_stat_activity WHERE application_name LIKE 'ordermesh-gateway%'";
    EXPECT_GE(world_.Number(absl::StrCat("SELECT count(pg_terminate_backend(pid)) ", theirs)), 4);
    while (world_.Number(absl::StrCat("SELECT count(*) ", theirs)) > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }

  PostgresWorld world_{OneSessionEach()};
  base::UuidV7Source event_ids_{base::SystemClock(), base::SystemRandom()};
  TextEvents events_;
  const MovePolicy policy_{absl::Seconds(4), events_, base::SystemTimer(), world_.metrics()};
  PostgresUnpaidOrders unpaid_{ServiceDatabase(world_.url()), policy_};
  aio::ThreadLane lane_{base::SystemTimer()};
  Reads last_{0, 0};
};

TEST_F(PlansTest, MadeOnEmptyTablesServeAMillionOrders) {
  // No statistics, and none that come by themselves: the plans stay as they were made.
  world_.Run(
      "ALTER TABLE orders.orders SET (autovacuum_enabled = off); ALTER TABLE orders.lines SET (autovacuum_enabled = "
      "off);"
      "ALTER TABLE orders.outbox SET (autovacuum_enabled = off); ALTER TABLE catalog.stock SET (autovacuum_enabled = "
      "off);"
      "ANALYZE orders.orders, orders.lines, orders.outbox, catalog.stock");
  world_.Run(absl::StrCat("INSERT INTO catalog.stock (product_id, available) SELECT ('",
                          ProductNumber(0).ToString().substr(0, 24),
                          "' || lpad(to_hex(1000000 + n), 12, '0'))::uuid, "
                          "900 FROM generate_series(1, 1000) n"));
  UseEverything(1);

  for (int part = 0; part < 100; ++part) {  // each within the statement timeout
    world_.Run(
        absl::StrCat("WITH more AS (INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, "
                     "state, total_minor, "
                     "currency, contact_email, note) SELECT gen_random_uuid(), 'default', 'x' || n, '\\x00', 'CUST-' "
                     "|| n % 1000, 1, "
                     "100, 'EUR', '', '' FROM generate_series(",
                     part * 10'000 + 1, ", ", (part + 1) * 10'000,
                     ") n RETURNING id) INSERT INTO orders.lines (order_id, line, product_id, sku, name, quantity, "
                     "unit_price_minor) "
                     "SELECT id, 1, id, 's', 'n', 1, 100 FROM more"));
  }
  world_.Run("SELECT pg_stat_force_next_flush()");
  Read();
  UseEverything(4000);
  EndTheStoresSessions();
  const Reads reads = Read();
  RecordProperty("index_reads", static_cast<int>(reads.by_index));
  // 640 orders of three lines, accepted, repeated and found: some ten entries for each of their rows, with what is
  // dead.
  EXPECT_GT(reads.by_index, 640);
  EXPECT_LT(reads.by_index, 100'000);
  EXPECT_LT(reads.by_scan, 1000);
}

// A state that is rare, or that no order has, among a million of others; a customer with a quarter of them, and one
// with few; what is frequent in both, and together empty. Not ACCEPTED: the accept writes no index for it.
TEST_F(PlansTest, EveryFilterIsServedByAnIndex) {
  world_.Run("ALTER TABLE orders.orders SET (autovacuum_enabled = off); ANALYZE orders.orders");
  for (int part = 0; part < 10; ++part) {  // each within the statement timeout
    world_.Run(absl::StrCat(
        "INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, total_minor, currency, "
        "contact_email, note, created_at) SELECT gen_random_uuid(), 'default', 'x' || n, '\\x00', CASE n % 4 WHEN 0 "
        "THEN "
        "'CUST-BIG' ELSE 'CUST-' || n % 100000 END, CASE WHEN n IN (7, 9, 1009) THEN 2 WHEN n % 4 <> 0 AND n % 3 = 0 "
        "THEN 3 "
        "ELSE 5 END, 100, 'EUR', '', '', now() - interval '1 day' + n * interval '1 ms' FROM generate_series(",
        part * 100'000 + 1, ", ", (part + 1) * 100'000, ") n"));
  }
  world_.Run(
      "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off; "
      "SET plan_cache_mode = force_custom_plan");
  world_.Run(absl::StrCat("PREPARE list AS ", sql::kListOrders));
  world_.Run(absl::StrCat("PREPARE list_customer AS ", sql::kListCustomerOrders));
  world_.Run(absl::StrCat("PREPARE count AS ", sql::kCountOrders));
  world_.Run(absl::StrCat("PREPARE count_customer AS ", sql::kCountCustomerOrders));
  constexpr char kAll[] = "'0001-01-01', '9999-01-01'";
  constexpr char kPage[] = "'00000000-0000-0000-0000-000000000000', 0, 21";
  for (const bool analyzed : {false, true}) {
    if (analyzed) world_.Run("ANALYZE orders.orders");
    for (const int state : {0, 2, 3, 4, 5}) {
      for (const std::string customer : {"", "CUST-BIG", "CUST-77"}) {
        const std::string suffix = customer.empty() ? "" : "_customer";
        const std::string who = customer.empty() ? "" : absl::StrCat(", '", customer, "'");
        for (const auto& [statement, pages] : std::vector<std::pair<std::string, std::int64_t>>{
                 {absl::StrCat("list", suffix, "('default', ", state, ", ", kAll, ", ", kPage, who, ")"), 200},
                 // 10,000 rows are counted at most, each on a page of its own at worst.
                 {absl::StrCat("count", suffix, "('default', ", state, ", ", kAll, ", 10000", who, ")"), 11'000}}) {
          const std::string plan =
              world_.Text(absl::StrCat("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ", statement));
          EXPECT_THAT(
              plan, ::testing::Not(::testing::AnyOf(::testing::HasSubstr("Seq Scan"), ::testing::HasSubstr("Bitmap"))))
              << statement;
          const std::int64_t looked_at = testing::PagesLookedAt(plan);
          EXPECT_GE(looked_at, 0) << plan;
          EXPECT_LT(looked_at, pages) << statement << (analyzed ? ", analyzed" : "") << "\n" << plan;
        }
      }
    }
  }
}

}  // namespace
}  // namespace ordermesh::gateway
