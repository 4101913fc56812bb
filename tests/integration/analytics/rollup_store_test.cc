#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/analytics/store/postgres_rollup_store.h"
#include "services/analytics/testing/counting_world.h"
#include "services/analytics/testing/rollup_store_conformance.h"
#include "services/analytics/testing/sale_events.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::TestDatabase;

constexpr char kRole[] = "ordermesh_analytics";

class PostgresWorld : public RollupStoreWorld {
 public:
  explicit PostgresWorld(std::unique_ptr<TestDatabase> database) : database_(std::move(database)) {}
  std::unique_ptr<RollupStore> Open() override {
    return std::make_unique<PostgresRollupStore>(postgres::ConnectionOptions{.url = database_->UrlAs(kRole)});
  }

 private:
  std::unique_ptr<TestDatabase> database_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, RollupStoreConformance,
                         ::testing::Values(+[]() -> std::unique_ptr<RollupStoreWorld> {
                           absl::StatusOr<std::unique_ptr<TestDatabase>> database = TestDatabase::Create();
                           EXPECT_THAT(database, IsOk());
                           return std::make_unique<PostgresWorld>(*std::move(database));
                         }));

// Counting, whole.
class PostgresCountingWorld : public CountingWorld {
 public:
  explicit PostgresCountingWorld(std::unique_ptr<TestDatabase> database)
      : CountingWorld(
            std::make_unique<PostgresRollupStore>(postgres::ConnectionOptions{.url = database->UrlAs(kRole)})),
        database_(std::move(database)) {}

 private:
  std::unique_ptr<TestDatabase> database_;
};

std::unique_ptr<stream::SinkWorld> MakeCountingWorld() {
  absl::StatusOr<std::unique_ptr<TestDatabase>> database = TestDatabase::Create();
  EXPECT_THAT(database, IsOk());
  return std::make_unique<PostgresCountingWorld>(*std::move(database));
}

class PostgresRollupStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<TestDatabase>> database = TestDatabase::Create();
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    store_ = std::make_unique<PostgresRollupStore>(postgres::ConnectionOptions{.url = database_->UrlAs(kRole)});
  }
  std::int64_t Number(postgres::Statement query) {
    absl::StatusOr<postgres::Result> result = database_->admin().Execute(query);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->Int8(0, 0) : -1;
  }

  const Partition kPartition{"orders.events", 0};
  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<PostgresRollupStore> store_;
};

TEST_F(PostgresRollupStoreTest, GoesOnAfterItsSessionWasEnded) {
  ASSERT_THAT(store_->Load(kPartition), IsOk());
  ASSERT_THAT(database_->admin().Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                     "WHERE usename = 'ordermesh_analytics' AND datname = current_database()"),
              IsOk());
  const EventBatch batch{kPartition, 0, 1, EventNumber(1), {AnAcceptedOrder()}};
  absl::StatusOr<Applied> applied = store_->Apply(batch);
  for (int i = 0; i < 3 && absl::IsUnavailable(applied.status()); ++i) applied = store_->Apply(batch);
  ASSERT_THAT(applied, IsOk());
  EXPECT_EQ(Number({"orders", "SELECT sum(orders)::bigint FROM analytics.order_totals"}), 1);
  EXPECT_EQ(Number({"seen", "SELECT count(*) FROM analytics.seen_events"}), 1);
}

// Plans that were made while the tables were empty must not scan them when they are large.
TEST_F(PostgresRollupStoreTest, ASessionThatWasOpenedOnEmptyTablesStaysFast) {
  ASSERT_THAT(store_->Load(kPartition), IsOk());
  std::int64_t offset = 0;
  auto apply = [&](int batches) {
    for (int i = 0; i < batches; ++i, ++offset) {
      ASSERT_THAT(store_->Apply({kPartition, offset, offset + 1, {}, {AnAcceptedOrder(1 + offset % 100)}}), IsOk());
    }
  };
  apply(20);  // generic plans are chosen after a few executions
  ASSERT_THAT(database_->admin().Run("INSERT INTO analytics.seen_events (event_id) SELECT gen_random_uuid() "
                                     "FROM generate_series(1, 300000);"
                                     "INSERT INTO analytics.sales (bucket, product_id, currency, sku) "
                                     "SELECT date_trunc('hour', now()) - n / 1000 * interval '1 hour', "
                                     "gen_random_uuid(), 'EUR', 'SKU-' || n FROM generate_series(1, 200000) n"),
              IsOk());
  apply(50);
  store_.reset();  // a session tells what it has read when it ends
  while (Number({"sessions",
                 "SELECT count(*) FROM pg_stat_activity WHERE usename = 'ordermesh_analytics' AND "
                 "datname = current_database()"}) > 0) {
    absl::SleepFor(absl::Milliseconds(10));  // between two looks
  }
  constexpr char kRead[] =
      "SELECT sum(%s)::bigint FROM pg_stat_user_tables WHERE schemaname = 'analytics' AND relname IN ('sales', "
      "'seen_events')";
  EXPECT_GE(Number({"by_key", absl::StrReplaceAll(kRead, {{"%s", "idx_scan"}}).c_str()}), 50);
  // Not even one of them once from end to end.
  EXPECT_LT(Number({"scanned", absl::StrReplaceAll(kRead, {{"%s", "seq_tup_read"}}).c_str()}), 200'000);
}

}  // namespace
}  // namespace ordermesh::analytics

namespace ordermesh::stream {

INSTANTIATE_TEST_SUITE_P(CountSalesInPostgres, SinkConformance, ::testing::Values(&analytics::MakeCountingWorld));
INSTANTIATE_TEST_SUITE_P(CountSalesInPostgres, PositionConformance, ::testing::Values(&analytics::MakeCountingWorld));

}  // namespace ordermesh::stream
