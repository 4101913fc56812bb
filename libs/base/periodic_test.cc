#include "libs/base/periodic.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "libs/testing/fake_clock.h"

namespace ordermesh::base {
namespace {

TEST(PeriodicTest, CallsAtOnceAndAfterEachPause) {
  testing::FakeClock clock;
  std::atomic<int> calls = 0;
  const Periodic periodic(
      absl::Seconds(2), [&](std::stop_token) { ++calls; }, clock);
  clock.WaitForSleepers(1);
  EXPECT_EQ(calls, 1);
  clock.Advance(absl::Seconds(1));
  EXPECT_EQ(calls, 1);
  for (int call = 2; call < 5; ++call) {
    clock.Advance(absl::Seconds(2));
    clock.WaitForSleepers(1);
    EXPECT_EQ(calls, call);
  }
}

TEST(PeriodicTest, ItsEndStopsTheCallUnderWayAndThePause) {
  testing::FakeClock clock;
  std::optional<Periodic> pausing;
  pausing.emplace(
      absl::InfiniteDuration(), [](std::stop_token) {}, clock);
  clock.WaitForSleepers(1);
  pausing.reset();

  std::atomic<bool> ended = false;
  std::optional<Periodic> working;
  working.emplace(
      absl::Seconds(1),
      [&](std::stop_token stop) {
        clock.SleepFor(absl::InfiniteDuration(), stop);
        ended = true;
      },
      clock);
  clock.WaitForSleepers(1);
  working.reset();
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace ordermesh::base
