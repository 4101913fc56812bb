#include "libs/base/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "absl/time/clock.h"
#include "libs/base/deadline.h"
#include "libs/testing/fake_clock.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::FakeClock;

TEST(SystemClockTest, SleepsToTheEnd) {
  const absl::Time before = absl::Now();
  EXPECT_TRUE(SystemClock().SleepFor(absl::Milliseconds(5), std::stop_token()));
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(4));
}

TEST(SystemClockTest, WakesWhenAskedToStop) {
  std::stop_source stop;
  std::jthread sleeper(
      [token = stop.get_token()] { EXPECT_FALSE(SystemClock().SleepFor(absl::InfiniteDuration(), token)); });
  stop.request_stop();
}

TEST(FakeClockTest, WakesSleepersWhenTheirTimeHasCome) {
  FakeClock clock;
  std::jthread sleeper([&] { EXPECT_TRUE(clock.SleepFor(absl::Seconds(10), std::stop_token())); });
  clock.WaitForSleepers(1);
  clock.Advance(absl::Seconds(4));
  clock.Advance(absl::Seconds(6));
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
  EXPECT_FALSE(deadline.Expired(clock));
  clock.Advance(absl::Milliseconds(300));
  EXPECT_EQ(deadline.Remaining(clock), absl::ZeroDuration());
  EXPECT_TRUE(deadline.Expired(clock));
}

}  // namespace
}  // namespace ordermesh::base
