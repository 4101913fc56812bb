#include "libs/aio/lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <thread>

#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/testing/manual_lane.h"

namespace ordermesh::aio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ManualLaneTest : public ::testing::Test {
 protected:
  Job Note(int n) {
    return [this, n] { ran_.push_back(n); };
  }
  testing::FakeClock clock_;
  testing::ManualLane lane_{clock_};
  std::vector<int> ran_;
};

TEST_F(ManualLaneTest, RunsPostsInOrder) {
  for (int i = 1; i <= 3; ++i) lane_.Post(Note(i));
  lane_.RunUntilIdle();
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3));
}

TEST_F(ManualLaneTest, RunsWhatAPostPostsAfterwards) {
  lane_.Post([this] {
    lane_.Post(Note(3));
    ran_.push_back(1);
  });
  lane_.Post(Note(2));
  lane_.RunUntilIdle();
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3));
}

TEST_F(ManualLaneTest, RunsTimersWhenTheyAreDueAndInOrder) {
  lane_.At(clock_.SteadyNow() + absl::Seconds(3), Note(3));
  lane_.At(clock_.SteadyNow() + absl::Seconds(1), Note(1));
  lane_.At(clock_.SteadyNow() + absl::Seconds(3), Note(4));
  lane_.At(clock_.SteadyNow() + absl::Seconds(2), Note(2));
  lane_.Advance(absl::Seconds(1));
  EXPECT_THAT(ran_, ElementsAre(1));
  lane_.Advance(absl::Seconds(2));
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3, 4));
}

TEST_F(ManualLaneTest, RunsATimerOfThePastAtOnce) {
  lane_.At(clock_.SteadyNow() - absl::Seconds(1), Note(1));
  lane_.RunUntilIdle();
  EXPECT_THAT(ran_, ElementsAre(1));
}

TEST_F(ManualLaneTest, DropsACancelledTimer) {
  const Lane::TimerId id = lane_.At(clock_.SteadyNow() + absl::Seconds(1), Note(1));
  lane_.Cancel(id);
  lane_.Advance(absl::Seconds(2));
  EXPECT_THAT(ran_, IsEmpty());
  lane_.Cancel(id);
}

TEST_F(ManualLaneTest, LetsATimerThatRenewsItselfNotHoldTheLane) {
  int left = 3;
  std::function<void()> again = [&] {
    ran_.push_back(left);
    if (--left > 0) lane_.At(clock_.SteadyNow(), again);
    lane_.Post(Note(-left));
  };
  lane_.At(clock_.SteadyNow(), again);
  lane_.RunUntilIdle();
  EXPECT_EQ(left, 0);
  EXPECT_EQ(ran_.size(), 6u);
}

TEST_F(ManualLaneTest, IsCurrentOnlyWhileItRuns) {
  EXPECT_EQ(Lane::Current(), nullptr);
  lane_.Post([this] { EXPECT_EQ(Lane::Current(), &lane_); });
  lane_.RunUntilIdle();
  EXPECT_EQ(Lane::Current(), nullptr);
}

TEST(ThreadLaneTest, RunsEverythingOnOneThread) {
  ThreadLane lane(base::SystemTimer());
  std::promise<std::thread::id> first, second;
  lane.Post([&] {
    EXPECT_EQ(Lane::Current(), &lane);
    first.set_value(std::this_thread::get_id());
  });
  lane.Post([&] { second.set_value(std::this_thread::get_id()); });
  const std::thread::id id = first.get_future().get();
  EXPECT_EQ(id, second.get_future().get());
  EXPECT_NE(id, std::this_thread::get_id());
}

TEST(ThreadLaneTest, RunsWhatWasPostedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    ThreadLane lane(base::SystemTimer());
    for (int i = 0; i < 100; ++i) lane.Post([&] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(ThreadLaneTest, SleepsByTheRealClock) {
  ThreadLane lane(base::SystemTimer());
  const base::SteadyTime before = base::SystemTimer().SteadyNow();
  RunSync(lane, [&]() -> Task<void> {
    auto sleep = lane.Sleep(absl::Milliseconds(5));
    co_await sleep;
  });
  EXPECT_GE(base::SystemTimer().SteadyNow() - before, absl::Milliseconds(5));
}

TEST(ThreadLaneTest, FollowsAFakeClock) {
  testing::FakeClock clock;
  ThreadLane lane(clock);
  std::latch armed(1);
  std::promise<void> fired;
  lane.Post([&] {
    lane.At(clock.SteadyNow() + absl::Hours(1), [&] { fired.set_value(); });
    armed.count_down();
  });
  armed.wait();
  clock.Advance(absl::Hours(1));
  fired.get_future().get();
}

TEST(ThreadLaneTest, DropsTimersThatAreNotDueWhenItEnds) {
  auto held = std::make_shared<int>(1);
  std::weak_ptr<int> watch = held;
  {
    ThreadLane lane(base::SystemTimer());
    std::latch armed(1);
    lane.Post([&] {
      lane.At(base::SteadyTime::InfiniteFuture(), [held = std::move(held)] { ADD_FAILURE(); });
      armed.count_down();
    });
    armed.wait();
  }
  EXPECT_TRUE(watch.expired());
}

TEST(RunSyncTest, GivesTheResultOfATask) {
  ThreadLane lane(base::SystemTimer());
  EXPECT_EQ(RunSync(lane, []() -> Task<int> { co_return 42; }), 42);
}

// Plain ints are changed by jobs only: if two jobs could run at once, or a post were lost, the sum would be wrong and
// ThreadSanitizer would say so. lane_race.cc is the twin that shows that it would.
TEST(ThreadLaneTest, HandsOverTwentyThousandJobsOfFourThreads) {
  constexpr int kThreads = 4, kJobs = 5000;
  int sum = 0;
  std::array<int, kThreads> last{};
  {
    ThreadLane lane(base::SystemTimer());
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 1; i <= kJobs; ++i) {
          lane.Post([&, t, i] {
            ++sum;
            EXPECT_EQ(std::exchange(last[t], i), i - 1);  // in the order of the posts
          });
        }
      });
    }
    threads.clear();
  }
  EXPECT_EQ(sum, kThreads * kJobs);
}

}  // namespace
}  // namespace ordermesh::aio
