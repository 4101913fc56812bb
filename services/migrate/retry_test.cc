#include "services/migrate/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "libs/testing/jumping_timer.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::migrate {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

class RetryTest : public ::testing::Test {
 protected:
  absl::Status Run(absl::Duration timeout, std::vector<absl::Status> outcomes) {
    return RetryUntil(base::Deadline::In(timeout, timer_), "store", timer_, base::SystemRandom(), [&] {
      const absl::Status outcome = outcomes[std::min(tries_, static_cast<int>(outcomes.size()) - 1)];
      ++tries_;
      return outcome;
    });
  }

  testing::JumpingTimer timer_;
  int tries_ = 0;
};

TEST_F(RetryTest, TriesOnceWhenAllIsWell) {
  EXPECT_THAT(Run(absl::Seconds(60), {absl::OkStatus()}), IsOk());
  EXPECT_EQ(tries_, 1);
  EXPECT_TRUE(timer_.slept().empty());
}

TEST_F(RetryTest, WaitsLongerEachTimeForWhatPasses) {
  EXPECT_THAT(Run(absl::Seconds(60), {absl::UnavailableError("a"), absl::AbortedError("b"),
                                      absl::DeadlineExceededError("c"), absl::OkStatus()}),
              IsOk());
  EXPECT_EQ(tries_, 4);
  ASSERT_EQ(timer_.slept().size(), 3u);
  EXPECT_LT(timer_.slept()[0], timer_.slept()[1]);
  EXPECT_LT(timer_.slept()[1], timer_.slept()[2]);
}

TEST_F(RetryTest, GivesWhatDoesNotPassAtOnce) {
  EXPECT_THAT(Run(absl::Seconds(60), {absl::FailedPreconditionError("edited")}),
              StatusIs(absl::StatusCode::kFailedPrecondition, "edited"));
  EXPECT_EQ(tries_, 1);
}

TEST_F(RetryTest, GivesUpBeforeTheDeadlineAndSaysWhatItWaitedFor) {
  EXPECT_THAT(Run(absl::Seconds(5), {absl::UnavailableError("refused")}),
              StatusIs(absl::StatusCode::kUnavailable,
                       ::testing::AllOf(HasSubstr("store: given up after"), HasSubstr("refused"))));
  EXPECT_GT(tries_, 5);
  EXPECT_LE(timer_.SteadyNow(), base::SteadyTime() + absl::Seconds(5));
}

TEST_F(RetryTest, TriesOnceWhenThereIsNoTime) {
  EXPECT_THAT(Run(absl::ZeroDuration(), {absl::UnavailableError("refused")}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(tries_, 1);
}

}  // namespace
}  // namespace ordermesh::migrate
