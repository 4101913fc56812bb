// Stock in PostgreSQL: the store's contract, several who adjust at once, and a database that goes away in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "tests/integration/catalog/stock_world.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

INSTANTIATE_TEST_SUITE_P(Postgres, StockStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<StockStoreWorld> {
                           return std::make_unique<StockWorld>();
                         }));

class StockStoreIntegrationTest : public ::testing::Test {
 protected:
  absl::StatusOr<StockLevel> Adjust(const Adjustment& adjustment) {
    return aio::RunSync(lane_, [&] { return world_.store().Adjust({lane_}, adjustment); });
  }
  // Of sessions that change something.
  static std::string Backends(const std::string& which) {
    return absl::StrCat(
        "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ordermesh-catalog%' AND "
        "state = 'active' AND ",
        which);
  }
  std::int64_t Adjustments() { return world_.Number("SELECT count(*) FROM catalog.movements WHERE kind = 2"); }

  StockWorld world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

// The row of a product that has none is made by whoever comes first. Events are read in the order of transaction ids.
TEST_F(StockStoreIntegrationTest, AdjustmentsAtOnceAllCountAndTheirEventsAreInTheirOrder) {
  constexpr std::uint32_t kAdjustments = 40;
  for (const std::uint32_t product : {1, 2, 3, 4, 5}) {
    world_.Run("TRUNCATE catalog.outbox");
    const std::int64_t first = product == 1 ? 100 : 0;
    world_.AddProduct(product, product == 1 ? std::optional<std::int64_t>(first) : std::nullopt);
    std::barrier start(kAdjustments);
    std::vector<std::jthread> clients;
    for (std::uint32_t n = 0; n < kAdjustments; ++n) {
      clients.emplace_back([&, n] {
        start.arrive_and_wait();
        EXPECT_THAT(Adjust(AnAdjustment(1000 * product + n, product, Delta(1))), IsOk());
      });
    }
    clients.clear();
    std::vector<std::string> events = world_.Events(), expected;
    for (std::string& event : events) event.resize(event.find(" by "));
    for (std::uint32_t n = 1; n <= kAdjustments; ++n) {
      expected.push_back(absl::StrCat(StockSku(product), " v", n + 1, ": ", first + n, "+0"));
    }
    EXPECT_THAT(events, ElementsAreArray(expected));
  }
  EXPECT_EQ(Adjustments(), 5 * kAdjustments);
}

TEST_F(StockStoreIntegrationTest, EqualRequestsAtOnceAreOneAdjustment) {
  world_.AddProduct(1, 10);
  std::barrier start(30);
  std::vector<std::jthread> clients;
  for (int n = 0; n < 30; ++n) {
    clients.emplace_back([&] {
      start.arrive_and_wait();
      const auto level = Adjust(AnAdjustment(1, 1, Delta(-10)));
      ASSERT_THAT(level, IsOk());
      EXPECT_EQ(level->available, 0);
    });
  }
  clients.clear();
  EXPECT_EQ(Adjustments(), 1);
  EXPECT_THAT(world_.Events(), ElementsAre("SKU-1 v2: 0+0 by -10 (reason 1)"));
}

TEST_F(StockStoreIntegrationTest, ARowThatIsHeldForLongerThanWeWaitIsNamed) {
  world_.AddProduct(1, 10);
  world_.Run("BEGIN");
  world_.Run("SELECT FROM catalog.stock FOR UPDATE");
  const auto refused = Adjust(AnAdjustment(1, 1, Delta(1)));
  world_.Run("ROLLBACK");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(domain::RefusalOf(refused.status()).reason, reasons::kLocked);
  EXPECT_THAT(world_.Events(), IsEmpty());
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Delta(1))), IsOk());
}

// The commit is held up by a trigger that runs in it, and the session is ended there: nothing is committed, and nobody
// on this side knows.
TEST_F(StockStoreIntegrationTest, ASessionThatEndsBeforeItsCommitIsResolved) {
  world_.AddProduct(1, 10);
  world_.Run(
      "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; "
      "END $$;"
      "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON catalog.outbox DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION public.dawdle();");
  absl::StatusOr<StockLevel> level;
  std::jthread client([&] { level = Adjust(AnAdjustment(1, 1, Delta(5))); });
  world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'PgSleep'"));
  // The trigger goes as soon as the session that runs it has ended.
  world_.Run("SELECT pg_terminate_backend(pid) " + Backends("query = 'COMMIT'") +
             "; DROP TRIGGER dawdle ON catalog.outbox");
  client.join();
  ASSERT_THAT(level, IsOk());
  EXPECT_EQ(level->available, 15);
  EXPECT_EQ(Adjustments(), 1);
  EXPECT_THAT(world_.Events(), ElementsAre("SKU-1 v2: 15+0 by 5 (reason 1)"));
}

// The commit is on disk and waits for a standby that isn't there when its session is ended: it happened, and nobody on
// this side knows.
TEST_F(StockStoreIntegrationTest, ASessionThatEndsBehindItsCommitIsResolved) {
  world_.AddProduct(1, 10);
  world_.Run("SET synchronous_commit = local");  // of this session, which commits meanwhile
  world_.Run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  world_.Run("SELECT pg_reload_conf()");
  world_.WaitUntil("SELECT (current_setting('synchronous_standby_names') = 'nobody')::int::bigint");
  absl::StatusOr<StockLevel> level;
  std::jthread client([&] { level = Adjust(AnAdjustment(1, 1, Delta(5))); });
  world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'SyncRep'"));
  world_.Run("ALTER SYSTEM RESET synchronous_standby_names");
  world_.Run("SELECT pg_terminate_backend(pid) " + Backends("wait_event = 'SyncRep'") + "; SELECT pg_reload_conf()");
  client.join();
  ASSERT_THAT(level, IsOk());
  EXPECT_EQ(level->available, 15);
  EXPECT_EQ(Adjustments(), 1);
  EXPECT_THAT(world_.Events(), ElementsAre("SKU-1 v2: 15+0 by 5 (reason 1)"));
}

// That there is too much to look at is no fault of the store's, and a repeat would fare no better.
TEST_F(StockStoreIntegrationTest, AListThatTakesTooLongIsRefused) {
  world_.AddProduct(1, 10);
  world_.Run(
      "CREATE FUNCTION public.dawdle() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN true; "
      "END $$;"
      "ALTER TABLE catalog.stock ENABLE ROW LEVEL SECURITY;"
      "CREATE POLICY dawdle ON catalog.stock USING (public.dawdle())");
  const auto refused = aio::RunSync(lane_, [&] { return world_.store().List({lane_}, {}); });
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(domain::RefusalOf(refused.status()).reason, reasons::kFilterTooBroad);
}

}  // namespace
}  // namespace ordermesh::catalog
