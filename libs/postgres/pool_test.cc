#include "libs/postgres/pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TestDatabase;

TEST(PoolTest, RunsAJobOnAConnectionOfItsOwnAndGivesItsResultToTheLane) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::CreateEmpty());
  aio::ThreadLane lane(base::SystemTimer());
  base::Metrics metrics;
  Pool pool({.threads = 2, .max_queued = 4}, aio::PoolMetrics(metrics, "test"),
            MakeConnections({.url = database->url(), .application_name = "pool"}));
  const auto answer = aio::RunSync(lane, [&]() -> aio::Task<absl::StatusOr<std::int64_t>> {
    auto run = pool.Run({lane}, [](Connection& db) -> absl::StatusOr<std::int64_t> {
      absl::StatusOr<Result> row = db.Execute({"answer", "SELECT 42::int8"});
      if (!row.ok()) return row.status();
      return row->Int8(0, 0);
    });
    absl::StatusOr<std::int64_t> result = co_await run;
    EXPECT_EQ(aio::Lane::Current(), &lane);
    co_return result;
  });
  EXPECT_THAT(answer, IsOkAndHolds(42));
}

TEST(PoolTest, AJobsErrorIsItsAnswerAndTheConnectionServesOn) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::CreateEmpty());
  aio::ThreadLane lane(base::SystemTimer());
  base::Metrics metrics;
  Pool pool({.threads = 1, .max_queued = 4}, aio::PoolMetrics(metrics, "test"),
            MakeConnections({.url = database->url()}));
  for (int i = 0; i < 2; ++i) {
    const absl::Status status = aio::RunSync(lane, [&]() -> aio::Task<absl::Status> {
      auto run = pool.Run({lane}, [](Connection& db) { return db.Execute({"fail", "SELECT 1 / 0"}).status(); });
      co_return co_await run;
    });
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(SqlState(status), "22012");
  }
}

}  // namespace
}  // namespace ordermesh::postgres
