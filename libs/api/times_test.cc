#include "libs/api/times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::api {
namespace {

using ::google::protobuf::Timestamp;
using ::ordermesh::testing::IsOkAndHolds;

constexpr std::int64_t kFirst = -62'135'596'800, kLast = 253'402'300'799;

Timestamp At(std::int64_t seconds, std::int32_t nanos = 0) {
  Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

void ExpectRefused(const absl::Status& status, absl::string_view field, absl::string_view problem) {
  const domain::Refusal refusal = domain::RefusalOf(status);
  EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal.reason, domain::reasons::kFilterMalformed);
  ASSERT_EQ(refusal.violations.size(), 1u);
  EXPECT_EQ(refusal.violations[0].field, field);
  EXPECT_EQ(refusal.violations[0].description, problem);
}

TEST(ReadTimeTest, IsExactToTheMicrosecond) {
  for (const std::int64_t seconds : {kFirst, std::int64_t{-1}, std::int64_t{0}, kLast}) {
    EXPECT_THAT(ReadTime("t", At(seconds, 123'456'000)),
                IsOkAndHolds(absl::FromUnixSeconds(seconds) + absl::Microseconds(123'456)));
  }
}

TEST(ReadTimeTest, IsRoundedUpSoThatTheSameRowsAreBeforeIt) {
  EXPECT_THAT(ReadTime("t", At(7, 1)), IsOkAndHolds(absl::FromUnixMicros(7'000'001)));
  EXPECT_THAT(ReadTime("t", At(7, 999)), IsOkAndHolds(absl::FromUnixMicros(7'000'001)));
  EXPECT_THAT(ReadTime("t", At(-7, 1)), IsOkAndHolds(absl::FromUnixMicros(-6'999'999)));
  EXPECT_THAT(ReadTime("t", At(kLast, 999'999'999)), IsOkAndHolds(absl::FromUnixSeconds(kLast + 1)));
}

TEST(ReadTimeTest, OfOtherYearsIsRefused) {
  using Limits = std::numeric_limits<std::int64_t>;
  for (const Timestamp& bad : {At(kFirst - 1, 999'999'999), At(kLast + 1), At(Limits::min()), At(Limits::max()),
                               At(0, -1), At(0, 1'000'000'000), At(1'000, std::numeric_limits<std::int32_t>::min())}) {
    ExpectRefused(ReadTime("since", bad).status(), "since", "is not a time of the years 1 to 9999");
  }
}

TEST(ReadTimeRangeTest, IsOpenWhereNothingIsGiven) {
  const Timestamp five = At(5);
  auto range = ReadTimeRange({"from"}, {"before"});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_FALSE(range->from.has_value() || range->before.has_value());
  range = ReadTimeRange({"from", &five}, {"before"});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->from, absl::FromUnixSeconds(5));
  EXPECT_FALSE(range->before.has_value());
  range = ReadTimeRange({"from"}, {"before", &five});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_FALSE(range->from.has_value());
  EXPECT_EQ(range->before, absl::FromUnixSeconds(5));
}

TEST(ReadTimeRangeTest, BeginsBeforeItEnds) {
  const Timestamp five = At(5), six = At(6), bad = At(0, -1);
  const auto range = ReadTimeRange({"from", &five}, {"before", &six});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->from, absl::FromUnixSeconds(5));
  EXPECT_EQ(range->before, absl::FromUnixSeconds(6));
  ExpectRefused(ReadTimeRange({"from", &five}, {"before", &five}).status(), "before", "is not after from");
  ExpectRefused(ReadTimeRange({"from", &six}, {"before", &five}).status(), "before", "is not after from");
  ExpectRefused(ReadTimeRange({"from", &bad}, {"before", &five}).status(), "from",
                "is not a time of the years 1 to 9999");
  ExpectRefused(ReadTimeRange({"from", &five}, {"before", &bad}).status(), "before",
                "is not a time of the years 1 to 9999");
}

// Two times within a microsecond are still one before the other; no row lies between them.
TEST(ReadTimeRangeTest, MayBeShorterThanAMicrosecond) {
  const Timestamp from = At(5, 1), before = At(5, 2);
  const auto range = ReadTimeRange({"from", &from}, {"before", &before});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->from, range->before);
}

}  // namespace
}  // namespace ordermesh::api
