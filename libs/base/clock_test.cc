#include "libs/base/clock.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace ordermesh::base {
namespace {

TEST(SystemClockTest, TellsTheTimeOfDay) {
  const absl::Time before = absl::Now();
  const absl::Time now = SystemClock().Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, absl::Now());
}

}  // namespace
}  // namespace ordermesh::base
