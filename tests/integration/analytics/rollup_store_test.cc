#include "services/analytics/postgres_rollup_store.h"
#include "services/analytics/testing/rollup_store_conformance.h"
#include "services/analytics/testing/sale_events.h"
#include "tests/integration/analytics/test_database.h"

namespace ordermesh::analytics {
namespace {

class PostgresWorld : public RollupStoreWorld {
 public:
  std::unique_ptr<RollupStore> Open() override { return std::make_unique<PostgresRollupStore>(database_.options()); }

 private:
  TestDatabase database_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, RollupStoreConformance, testing::Values(+[]() -> std::unique_ptr<RollupStoreWorld> {
                           return std::make_unique<PostgresWorld>();
                         }));

// The session dies between the two halves of a batch: nothing of it may stay, and the next call has to work.
TEST(PostgresRollupStoreTest, GoesOnAfterItsSessionWasEnded) {
  TestDatabase database;
  PostgresRollupStore store(database.options());
  const Partition partition{"orders.events", 0};
  ASSERT_TRUE(store.Load(partition).ok());
  database.Run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
      "current_database()");
  const EventBatch batch{partition, 0, 1, EventNumber(1), {AnAcceptedOrder()}};
  absl::StatusOr<Applied> applied = store.Apply(batch);
  for (int i = 0; i < 3 && absl::IsUnavailable(applied.status()); ++i) applied = store.Apply(batch);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(database.Number("SELECT sum(orders)::bigint FROM analytics.order_totals"), 1);
  EXPECT_EQ(database.Number("SELECT count(*) FROM analytics.seen_events"), 1);
}

}  // namespace
}  // namespace ordermesh::analytics
