#include "libs/aio/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <set>

#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/testing/fake_clock.h"
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
    return Start(pool, {lane_}, std::move(job));
  }
  template <class F>
  auto Start(Pool& pool, Waiter waiter, F job) {
    using Result = std::invoke_result_t<F&, Connection&>;
    auto result = std::make_shared<std::promise<Result>>();
    lane_.Post([&pool, waiter, job = std::move(job), result]() mutable {
      Spawn([](Pool& pool, Waiter waiter, F job, std::shared_ptr<std::promise<Result>> result) -> Task<void> {
        auto run = pool.Run(waiter, std::move(job));
        result->set_value(co_await run);
      }(pool, waiter, std::move(job), result));
    });
    return result->get_future();
  }

  // Keeps the pool's one thread until it is let go.
  auto Block(Pool& pool, std::latch& go) {
    auto busy = std::make_shared<std::latch>(1);
    auto blocked = Start(pool, [busy, &go](Connection&) {
      busy->count_down();
      go.wait();
      return absl::OkStatus();
    });
    busy->wait();
    return blocked;
  }
  // What waits behind it was queued when this returns.
  void WaitForLane() {
    RunSync(lane_, []() -> Task<void> { co_return; });
  }

  base::Metrics metrics_;
  const PoolMetrics seen_{metrics_, "test"};
  ThreadLane lane_{base::SystemTimer()};
};

TEST_F(WorkerPoolTest, GivesTheResultOnTheLane) {
  Pool pool({}, seen_, Connect);
  const auto result = RunSync(lane_, [&]() -> Task<absl::StatusOr<int>> {
    auto run = pool.Run({lane_}, [](Connection& connection) -> absl::StatusOr<int> { return ++connection.uses; });
    absl::StatusOr<int> uses = co_await run;
    EXPECT_EQ(Lane::Current(), &lane_);
    co_return uses;
  });
  EXPECT_THAT(result, IsOkAndHolds(1));
}

TEST_F(WorkerPoolTest, PassesAnErrorOn) {
  Pool pool({}, seen_, Connect);
  EXPECT_THAT(Start(pool, [](Connection&) { return absl::AbortedError("no"); }).get(),
              StatusIs(absl::StatusCode::kAborted, "no"));
}

TEST_F(WorkerPoolTest, GivesEachThreadAResourceOfItsOwn) {
  std::atomic<int> made = 0;
  Pool pool({.threads = 3}, seen_, [&] {
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
  Pool pool({.threads = 1, .max_queued = 1}, seen_, Connect);
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
  Pool pool({.threads = 1, .max_queued = 1}, seen_, Connect);
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
  EXPECT_TRUE(IsStopping(refused)) << "and not that of a dependency";
  go.count_down();
  stopper.join();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(waiting.get(), StatusIs(absl::StatusCode::kUnavailable));
  pool.Stop();
}

TEST_F(WorkerPoolTest, DropsWhatNobodyWaitsForAnyMoreWhenItsTurnComes) {
  testing::FakeClock clock;
  ThreadLane lane(clock);
  Pool pool({.threads = 1}, seen_, Connect);
  std::latch go(1);
  auto blocked = Block(pool, go);
  std::stop_source left;
  const auto never = [](Connection&) -> absl::Status {
    ADD_FAILURE() << "must not run";
    return absl::OkStatus();
  };
  auto late = Start(pool, {lane, base::Deadline::In(absl::Seconds(1), clock)}, never);
  auto gone = Start(pool, {lane_, base::Deadline::Never(), left.get_token()}, never);
  auto patient =
      Start(pool, {lane, base::Deadline::In(absl::Seconds(3), clock)}, [](Connection&) { return absl::OkStatus(); });
  WaitForLane();
  EXPECT_EQ(pool.queued(), 3u);
  clock.Advance(absl::Seconds(2));
  left.request_stop();
  go.count_down();
  EXPECT_THAT(late.get(), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(gone.get(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(patient.get(), IsOk());
  EXPECT_THAT(blocked.get(), IsOk());
  EXPECT_EQ(seen_.abandoned.Value(), 2);
  const auto [jobs, seconds] = seen_.queue_seconds.CountAndSum();
  EXPECT_EQ(jobs, 4u);
  EXPECT_GE(seconds, 4) << "two waited for two seconds of the fake clock";
}

TEST_F(WorkerPoolTest, TellsAResourceHowLongItsWorkIsWaitedFor) {
  struct Limited {
    void LimitTo(absl::Duration left) { limit = left; }
    absl::Duration limit;
  };
  testing::FakeClock clock;
  ThreadLane lane(clock);
  WorkerPool<Limited> pool({}, seen_, [] { return std::make_unique<Limited>(); });
  const auto limit_of = [&](Waiter waiter) {
    return RunSync(lane, [&]() -> Task<absl::StatusOr<absl::Duration>> {
      auto run = pool.Run(waiter, [](Limited& limited) -> absl::StatusOr<absl::Duration> { return limited.limit; });
      co_return co_await run;
    });
  };
  EXPECT_THAT(limit_of({lane, base::Deadline::In(absl::Seconds(3), clock)}), IsOkAndHolds(absl::Seconds(3)));
  EXPECT_THAT(limit_of({lane}), IsOkAndHolds(absl::InfiniteDuration()));
}

TEST_F(WorkerPoolTest, SurvivesManyJobsOfManyThreads) {
  Pool pool({.threads = 4, .max_queued = 20'000}, seen_, Connect);
  std::vector<std::future<absl::StatusOr<int>>> all;
  for (int i = 0; i < 2000; ++i) {
    all.push_back(Start(pool, [i](Connection&) -> absl::StatusOr<int> { return i; }));
  }
  for (int i = 0; i < 2000; ++i) EXPECT_THAT(all[i].get(), IsOkAndHolds(i));
}

}  // namespace
}  // namespace ordermesh::aio
