#include "libs/mesh/grpc_lane.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <future>
#include <latch>
#include <thread>

#include "libs/aio/run_sync.h"
#include "libs/testing/fake_clock.h"

namespace ordermesh::mesh {
namespace {

using ::testing::ElementsAre;

TEST(GrpcLaneTest, HandsOverTwentyThousandJobsOfFourThreads) {
  constexpr int kThreads = 4, kJobs = 5000;
  int sum = 0;
  std::array<int, kThreads> last{};
  std::latch all(kThreads * kJobs);
  {
    GrpcLane lane(base::SystemTimer());
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 1; i <= kJobs; ++i) {
          lane.Post([&, t, i] {
            ++sum;
            EXPECT_EQ(std::exchange(last[t], i), i - 1);
            all.count_down();
          });
        }
      });
    }
    all.wait();
  }
  EXPECT_EQ(sum, kThreads * kJobs);
}

TEST(GrpcLaneTest, RunsWhatWasPostedBeforeItCloses) {
  int ran = 0;
  {
    GrpcLane lane(base::SystemTimer());
    for (int i = 0; i < 100; ++i) lane.Post([&] { ++ran; });
    lane.Close();
    lane.Post([] { ADD_FAILURE() << "ran after the lane closed"; });
    lane.Close();
  }
  EXPECT_EQ(ran, 100);
}

TEST(GrpcLaneTest, RunsWhatItsOwnJobsPost) {
  GrpcLane lane(base::SystemTimer());
  std::vector<int> ran;
  std::promise<void> done;
  lane.Post([&] {
    lane.Post([&] {
      ran.push_back(2);
      lane.Post([&] {
        ran.push_back(3);
        done.set_value();
      });
    });
    ran.push_back(1);
  });
  done.get_future().get();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(GrpcLaneTest, RunsTimersInTheirOrderWhateverTheOrderOfTheirSetting) {
  GrpcLane lane(base::SystemTimer());
  std::vector<int> ran;
  std::promise<void> done;
  lane.Post([&] {
    const base::SteadyTime now = base::SystemTimer().SteadyNow();
    lane.At(now + absl::Milliseconds(30), [&] {
      ran.push_back(3);
      done.set_value();
    });
    lane.At(now + absl::Milliseconds(10), [&] { ran.push_back(1); });
    lane.At(now + absl::Milliseconds(20), [&] { ran.push_back(2); });
    lane.Cancel(lane.At(now + absl::Milliseconds(15), [&] { ran.push_back(99); }));
    lane.At(base::SteadyTime::InfiniteFuture(), [] { ADD_FAILURE() << "the end of time has come"; });
  });
  done.get_future().get();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(GrpcLaneTest, SleepsAtLeastAsLongAsItSays) {
  GrpcLane lane(base::SystemTimer());
  const base::SteadyTime before = base::SystemTimer().SteadyNow();
  aio::RunSync(lane, [&]() -> aio::Task<void> {
    for (int i = 0; i < 3; ++i) {
      auto sleep = lane.Sleep(absl::Milliseconds(2));
      co_await sleep;
    }
  });
  EXPECT_GE(base::SystemTimer().SteadyNow() - before, absl::Milliseconds(6));
}

TEST(GrpcLaneTest, FollowsAFakeClock) {
  testing::FakeClock clock;
  GrpcLane lane(clock);
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

TEST(GrpcLaneTest, ClosesWithATimerSet) {
  GrpcLane lane(base::SystemTimer());
  lane.Post([&] { lane.At(base::SystemTimer().SteadyNow() + absl::Hours(1), [] {}); });
}

TEST(GrpcLaneTest, StaysOpenWhileItIsInUse) {
  auto lane = std::make_unique<GrpcLane>(base::SystemTimer());
  std::promise<void> begun, end;
  std::promise<bool> late;
  lane->Post([&] {
    aio::Spawn([](GrpcLane& lane, std::promise<void>& begun, std::promise<bool>& late) -> aio::Task<void> {
      const GrpcLane::Use use(lane);
      EXPECT_TRUE(use.ok());
      begun.set_value();
      // Closing has begun when no new use is given.
      for (bool open = true; open;) {
        auto sleep = lane.Sleep(absl::Milliseconds(1));
        co_await sleep;
        open = GrpcLane::Use(lane).ok();
      }
      late.set_value(true);
    }(*lane, begun, late));
  });
  begun.get_future().get();
  lane->Close();
  EXPECT_TRUE(late.get_future().get());
}

}  // namespace
}  // namespace ordermesh::mesh
