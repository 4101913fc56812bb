#include "services/notifier/app/breaker.h"

#include <gtest/gtest.h>

#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"

namespace ordermesh::notifier {
namespace {

using Pass = Breaker::Pass;

class BreakerTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeRandom random_;
  base::Metrics metrics_;
  base::Gauge state_ = metrics_.AddGauge("state", "The state.", {});
  Breaker breaker_{
      {.initial = absl::Seconds(1), .max = absl::Seconds(3), .multiplier = 2, .jitter = 0}, clock_, random_, state_};
};

TEST_F(BreakerTest, LetsEverythingThroughWhileTheServerIsReached) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(breaker_.Admit(), Pass::kFree);
    EXPECT_EQ(breaker_.Report(Pass::kFree, true), 0);
  }
  EXPECT_EQ(state_.Value(), 0);
}

TEST_F(BreakerTest, WhileOpenThereIsOneProbeAtATimeAfterDelaysThatGrow) {
  EXPECT_EQ(breaker_.Report(breaker_.Admit(), false), 1);
  int failures = 1;
  for (const int seconds : {1, 2, 3, 3}) {
    EXPECT_EQ(state_.Value(), 2);
    clock_.Advance(absl::Seconds(seconds) - absl::Milliseconds(1));
    EXPECT_FALSE(breaker_.WouldAdmit());
    EXPECT_EQ(breaker_.Admit(), Pass::kRefused);
    clock_.Advance(absl::Milliseconds(1));
    EXPECT_TRUE(breaker_.WouldAdmit());
    EXPECT_EQ(breaker_.Admit(), Pass::kProbe);
    EXPECT_EQ(state_.Value(), 1);
    EXPECT_EQ(breaker_.Admit(), Pass::kRefused) << "one is under way";
    EXPECT_EQ(breaker_.Report(Pass::kProbe, false), ++failures);
  }
}

TEST_F(BreakerTest, AProbeThatReachesTheServerClosesItAndDelaysBeginAnew) {
  breaker_.Report(breaker_.Admit(), false);
  clock_.Advance(absl::Seconds(1));
  breaker_.Report(breaker_.Admit(), false);
  clock_.Advance(absl::Seconds(2));
  ASSERT_EQ(breaker_.Admit(), Pass::kProbe);
  EXPECT_EQ(breaker_.Report(Pass::kProbe, true), 0);
  EXPECT_TRUE(breaker_.closed());
  EXPECT_EQ(breaker_.Report(breaker_.Admit(), false), 1);
  clock_.Advance(absl::Seconds(1));
  EXPECT_TRUE(breaker_.WouldAdmit());
}

TEST_F(BreakerTest, AProbeThatAskedNobodyTellsNothingAndAnotherMayFollowAtOnce) {
  breaker_.Report(breaker_.Admit(), false);
  clock_.Advance(absl::Seconds(1));
  ASSERT_EQ(breaker_.Admit(), Pass::kProbe);
  breaker_.Cancel(Pass::kProbe);
  EXPECT_FALSE(breaker_.closed());
  EXPECT_EQ(breaker_.Admit(), Pass::kProbe);
}

TEST_F(BreakerTest, AttemptsThatHadBegunBeforeItOpenedTellNothingNewUnlessTheyReachTheServer) {
  const Pass early = breaker_.Admit(), late = breaker_.Admit();
  breaker_.Report(breaker_.Admit(), false);
  EXPECT_EQ(breaker_.Report(early, false), 1) << "the delay does not grow";
  breaker_.Report(late, true);
  EXPECT_TRUE(breaker_.closed());
}

}  // namespace
}  // namespace ordermesh::notifier
