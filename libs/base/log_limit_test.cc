#include "libs/base/log_limit.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace ordermesh::base {
namespace {

const SteadyTime kNow = SteadyTime::FromZero(absl::Hours(9));

TEST(LogLimitTest, SoManyASecondAndThenHowManyWereLeftOut) {
  LogLimit limit(2);
  EXPECT_EQ(limit.Next(kNow), 0);
  EXPECT_EQ(limit.Next(kNow + absl::Milliseconds(500)), 0);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.Next(kNow + absl::Milliseconds(999)), std::nullopt);
  EXPECT_EQ(limit.Next(kNow + absl::Seconds(1)), 3);
  EXPECT_EQ(limit.Next(kNow + absl::Seconds(1)), 0);
  EXPECT_EQ(limit.Next(kNow + absl::Seconds(1)), std::nullopt);
}

TEST(LogsFailureTest, MoreAndMoreRarely) {
  std::vector<int> logged;
  for (int failures = 1; failures <= 20; ++failures) {
    if (LogsFailure(failures)) logged.push_back(failures);
  }
  EXPECT_EQ(logged, (std::vector<int>{1, 2, 4, 8, 16}));
}

}  // namespace
}  // namespace ordermesh::base
