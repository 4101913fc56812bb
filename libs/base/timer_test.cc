#include "libs/base/timer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "libs/base/deadline.h"
#include "libs/testing/fake_clock.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::FakeClock;

TEST(SystemTimerTest, SleepsToTheEnd) {
  const SteadyTime before = SystemTimer().SteadyNow();
  EXPECT_TRUE(SystemTimer().SleepFor(absl::Milliseconds(5), std::stop_token()));
  EXPECT_GE(SystemTimer().SteadyNow() - before, absl::Milliseconds(5));
}

TEST(SystemTimerTest, WakesWhenAskedToStop) {
  std::stop_source stop;
  std::jthread sleeper(
      [token = stop.get_token()] { EXPECT_FALSE(SystemTimer().SleepFor(absl::InfiniteDuration(), token)); });
  stop.request_stop();
}

TEST(FakeClockTest, TheWallClockMovesAloneWhenItIsSet) {
  FakeClock clock;
  const absl::Time wall = clock.Now();
  const SteadyTime steady = clock.SteadyNow();
  clock.MoveWallClock(-absl::Minutes(1));
  EXPECT_EQ(clock.Now() - wall, -absl::Minutes(1));
  EXPECT_EQ(clock.SteadyNow(), steady);
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now() - wall, absl::Seconds(5) - absl::Minutes(1));
  EXPECT_EQ(clock.SteadyNow() - steady, absl::Seconds(5));
}

TEST(FakeClockTest, WakesSleepersWhenTheirTimeHasCome) {
  FakeClock clock;
  std::jthread sleeper([&] { EXPECT_TRUE(clock.SleepFor(absl::Seconds(10), std::stop_token())); });
  clock.WaitForSleepers(1);
  clock.Advance(absl::Seconds(4));
  clock.Advance(absl::Seconds(6));
}

// Else a test would look at what its last step has not brought about yet.
TEST(FakeClockTest, ASleeperWhoseTimeHasComeIsNotWaitedFor) {
  FakeClock clock;
  std::atomic<int> woken = 0;
  std::jthread sleeper([&](std::stop_token stop) {
    while (clock.SleepFor(absl::Seconds(1), stop)) ++woken;
  });
  for (int step = 0; step < 100; ++step) {
    clock.WaitForSleepers(1);
    EXPECT_EQ(woken, step);
    clock.Advance(absl::Seconds(1));
  }
}

TEST(FakeClockTest, TellsListenersUntilTheyAreForgotten) {
  FakeClock clock;
  int jumps = 0;
  const std::uint64_t id = clock.OnJump([&] { ++jumps; });
  clock.Advance(absl::Seconds(1));
  clock.ForgetJump(id);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(jumps, 1);
}

TEST(DeadlineTest, TellsWhatIsLeft) {
  FakeClock clock;
  const Deadline deadline = Deadline::In(absl::Milliseconds(200), clock);
  EXPECT_EQ(deadline.Remaining(clock), absl::Milliseconds(200));
  EXPECT_EQ(deadline.Before(absl::Milliseconds(50)).Remaining(clock), absl::Milliseconds(150));
  EXPECT_EQ(deadline.Earlier(Deadline::In(absl::Milliseconds(10), clock)).Remaining(clock), absl::Milliseconds(10));
  clock.MoveWallClock(absl::Minutes(1));
  EXPECT_FALSE(deadline.Expired(clock));
  clock.Advance(absl::Milliseconds(300));
  EXPECT_EQ(deadline.Remaining(clock), absl::ZeroDuration());
  EXPECT_TRUE(deadline.Expired(clock));
}

}  // namespace
}  // namespace ordermesh::base
