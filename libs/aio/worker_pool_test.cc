#include "libs/aio/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <set>

#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::aio {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;

struct Connection {
  int uses = 0;
};
using Pool = WorkerPool<Connection>;
std::unique_ptr<Connection> Connect() { return std::make_unique<Connection>(); }

class WorkerPoolTest : public ::testing::Test {
 protected:
  // Starts `job` and gives its result as a future, so that a test can hold several.
  template <class F>
  auto Start(Pool& pool, F job) {
    using Result = std::invoke_result_t<F&, Connection&>;
    auto result = std::make_shared<std::promise<Result>>();
    lane_.Post([this, &pool, job = std::move(job), result]() mutable {
      Spawn([](Pool& pool, Lane& lane, F job, std::shared_ptr<std::promise<Result>> result) -> Task<void> {
        auto run = pool.Run(lane, std::move(job));
        result->set_value(co_await run);
      }(pool, lane_, std::move(job), result));
    });
    return result->get_future();
  }

  ThreadLane lane_{base::SystemTimer()};
};

TEST_F(WorkerPoolTest, GivesTheResultOnTheLane) {
  Pool pool({}, Connect);
  const auto result = RunSync(lane_, [&]() -> Task<absl::StatusOr<int>> {
    auto run = pool.Run(lane_, [](Connection& connection) -> absl::StatusOr<int> { return ++connection.uses; });
    absl::StatusOr<int> uses = co_await run;
    EXPECT_EQ(Lane::Current(), &lane_);
    co_return uses;
  });
  EXPECT_THAT(result, IsOkAndHolds(1));
}

TEST_F(WorkerPoolTest, PassesAnErrorOn) {
  Pool pool({}, Connect);
  EXPECT_THAT(Start(pool, [](Connection&) { return absl::AbortedError("no"); }).get(),
              StatusIs(absl::StatusCode::kAborted, "no"));
}

TEST_F(WorkerPoolTest, GivesEachThreadAResourceOfItsOwn) {
  std::atomic<int> made = 0;
  Pool pool({.threads = 3}, [&] {
    ++made;
    return Connect();
  });
  std::latch together(3);
  std::vector<std::future<absl::StatusOr<Connection*>>> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(Start(pool, [&](Connection& connection) -> absl::StatusOr<Connection*> {
      together.arrive_and_wait();
      return &connection;
    }));
  }
  std::set<Connection*> seen;
  for (auto& one : all) seen.insert(one.get().value());
  EXPECT_EQ(seen.size(), 3u);
  EXPECT_EQ(made, 3);
}

TEST_F(WorkerPoolTest, RefusesWhatDoesNotFitTheQueue) {
  Pool pool({.threads = 1, .max_queued = 1}, Connect);
  std::latch busy(1), go(1);
  auto first = Start(pool, [&](Connection&) {
    busy.count_down();
    go.wait();
    return absl::OkStatus();
  });
  busy.wait();
  auto second = Start(pool, [](Connection&) { return absl::OkStatus(); });
  auto third = Start(pool, [](Connection&) -> absl::Status {
    ADD_FAILURE() << "must not run";
    return absl::OkStatus();
  });
  EXPECT_THAT(third.get(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(pool.queued(), 1u);
  go.count_down();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(second.get(), IsOk());
}

TEST_F(WorkerPoolTest, FinishesTheJobUnderWayAndRefusesTheRestWhenStopped) {
  Pool pool({.threads = 1, .max_queued = 1}, Connect);
  std::latch busy(1), go(1);
  auto first = Start(pool, [&](Connection&) {
    busy.count_down();
    go.wait();
    return absl::OkStatus();
  });
  busy.wait();
  auto waiting = Start(pool, [](Connection&) -> absl::Status { return absl::OkStatus(); });
  RunSync(lane_, []() -> Task<void> { co_return; });  // The second is queued now.
  EXPECT_EQ(pool.queued(), 1u);
  std::jthread stopper([&] { pool.Stop(); });
  // A new job is refused because the queue is full, until stopping has begun; the one under way runs all the while.
  const auto late = [](Connection&) { return absl::OkStatus(); };
  absl::Status refused = Start(pool, late).get();
  while (absl::IsResourceExhausted(refused)) refused = Start(pool, late).get();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  go.count_down();
  stopper.join();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(waiting.get(), StatusIs(absl::StatusCode::kUnavailable));
  pool.Stop();
}

TEST_F(WorkerPoolTest, SurvivesManyJobsOfManyThreads) {
  Pool pool({.threads = 4, .max_queued = 20'000}, Connect);
  std::vector<std::future<absl::StatusOr<int>>> all;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(Start(pool, [i](Connection&) -> absl::StatusOr<int> { return i; }));
  }
  for (int i = 0; i < 2000; ++i) EXPECT_THAT(all[i].get(), IsOkAndHolds(i));
}

}  // namespace
}  // namespace ordermesh::aio
