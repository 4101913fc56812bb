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

std::vector<int> Logged(FailureLog& log, const char* cause, SteadyTime first, int failures) {
  std::vector<int> logged;
  for (int i = 0; i < failures; ++i) {
    if (const int count = log.Add(cause, first + i * absl::Seconds(1)); count > 0) logged.push_back(count);
  }
  return logged;
}

TEST(FailureLogTest, EachCauseMoreAndMoreRarelyUntilItHasRested) {
  FailureLog log;
  EXPECT_EQ(Logged(log, "40P01", kNow, 20), (std::vector<int>{1, 2, 4, 8, 16}));
  EXPECT_EQ(Logged(log, "53100", kNow, 3), (std::vector<int>{1, 2})) << "another cause";
  EXPECT_EQ(Logged(log, "40P01", kNow + absl::Seconds(79), 13), (std::vector<int>{32})) << "a minute is no rest yet";
  EXPECT_EQ(Logged(log, "40P01", kNow + absl::Seconds(152), 3), (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace ordermesh::base
