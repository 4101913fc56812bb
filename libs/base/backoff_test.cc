#include "libs/base/backoff.h"

#include <gtest/gtest.h>

#include "libs/testing/fake_random.h"

namespace ordermesh::base {
namespace {

struct Case {
  std::string name;
  BackoffPolicy policy;
  int failures;
  double random;
  absl::Duration expected;
};
class BackoffDelayTest : public ::testing::TestWithParam<Case> {};
TEST_P(BackoffDelayTest, FollowsThePolicy) {
  testing::FakeRandom random;
  random.PushUniform(GetParam().random);
  const absl::Duration delay = BackoffDelay(GetParam().policy, GetParam().failures, random);
  EXPECT_NEAR(absl::ToDoubleMilliseconds(delay), absl::ToDoubleMilliseconds(GetParam().expected), 1e-6);
}

constexpr absl::Duration Ms(int n) { return absl::Milliseconds(n); }
const BackoffPolicy kDefault;
const BackoffPolicy kNoJitter = {.initial = Ms(10), .max = Ms(100), .multiplier = 3, .jitter = 0};
const BackoffPolicy kFullJitter = {.initial = Ms(100), .max = Ms(100), .multiplier = 2, .jitter = 1};

INSTANTIATE_TEST_SUITE_P(
    Policies, BackoffDelayTest,
    ::testing::Values(Case{"First", kDefault, 1, 0, Ms(50)}, Case{"Second", kDefault, 2, 0, Ms(100)},
                      Case{"Third", kDefault, 3, 0, Ms(200)}, Case{"AtTheMost", kDefault, 8, 0, Ms(5000)},
                      Case{"StaysAtTheMost", kDefault, 1'000'000, 0, Ms(5000)},
                      Case{"HalfTheJitter", kDefault, 1, 0.5, Ms(45)},
                      Case{"ZeroFailuresIsTheFirst", kDefault, 0, 0, Ms(50)},
                      Case{"OwnMultiplier", kNoJitter, 3, 0.9, Ms(90)}, Case{"OwnMost", kNoJitter, 4, 0.9, Ms(100)},
                      Case{"FullJitterHalf", kFullJitter, 1, 0.5, Ms(50)},
                      Case{"FullJitterNone", kFullJitter, 1, 0, Ms(100)}),
    [](const auto& info) { return info.param.name; });

TEST(BackoffDelayTest, StaysWithinItsBounds) {
  testing::FakeRandom random;
  for (int failures = 1; failures < 100; ++failures) {
    const absl::Duration delay = BackoffDelay(kDefault, failures, random);
    EXPECT_GE(delay, Ms(40));
    EXPECT_LE(delay, Ms(5000));
  }
}

}  // namespace
}  // namespace ordermesh::base
