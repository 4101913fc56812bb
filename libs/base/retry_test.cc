#include "libs/base/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/fake_random.h"
#include "libs/testing/jumping_timer.h"

namespace ordermesh::base {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr BackoffPolicy kPauses = {
    .initial = absl::Milliseconds(10), .max = absl::Milliseconds(35), .multiplier = 2, .jitter = 0};

class RetryTest : public ::testing::Test {
 protected:
  testing::JumpingTimer timer_;
  testing::FakeRandom random_;
};

TEST_F(RetryTest, PausesGrowWithTheFailuresInARow) {
  Retry retry(kPauses, timer_, random_);
  for (int i = 0; i < 3; ++i) {
    retry.Failed();
    EXPECT_TRUE(retry.Pause());
  }
  EXPECT_EQ(retry.Succeeded(), 3);
  EXPECT_EQ(retry.failures(), 0);
  retry.Failed();
  EXPECT_TRUE(retry.Pause());
  EXPECT_THAT(timer_.slept(), ElementsAre(absl::Milliseconds(10), absl::Milliseconds(20), absl::Milliseconds(35),
                                          absl::Milliseconds(10)));
}

TEST_F(RetryTest, SaysWhichFailuresToLog) {
  Retry retry(kPauses, timer_, random_);
  std::vector<int> logged;
  for (int i = 0; i < 9; ++i) {
    if (retry.Failed()) logged.push_back(retry.failures());
  }
  EXPECT_THAT(logged, ElementsAre(1, 2, 4, 8));
}

TEST_F(RetryTest, APauseIsNoShorterThanWhatWasAskedFor) {
  Retry retry(kPauses, timer_, random_);
  retry.Failed();
  EXPECT_TRUE(retry.Pause({}, absl::Seconds(7)));
  retry.Failed();
  EXPECT_TRUE(retry.Pause({}, absl::Milliseconds(1)));
  EXPECT_THAT(timer_.slept(), ElementsAre(absl::Seconds(7), absl::Milliseconds(20)));
}

TEST_F(RetryTest, APauseThatWouldLastBeyondTheDeadlineIsNotBegun) {
  Retry retry(kPauses, timer_, random_, Deadline::In(absl::Milliseconds(25), timer_));
  retry.Failed();
  EXPECT_TRUE(retry.Pause());
  retry.Failed();
  EXPECT_FALSE(retry.Pause()) << "15 ms are left";
  EXPECT_THAT(timer_.slept(), ElementsAre(absl::Milliseconds(10)));
}

TEST_F(RetryTest, AStopEndsIt) {
  std::stop_source stop;
  stop.request_stop();
  Retry retry(kPauses, timer_, random_);
  retry.Failed();
  EXPECT_FALSE(retry.Pause(stop.get_token()));
  EXPECT_THAT(timer_.slept(), IsEmpty());
}

}  // namespace
}  // namespace ordermesh::base
