#include "libs/wire/time.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::wire {
namespace {

using ordermesh::testing::StatusIs;

google::protobuf::Timestamp Proto(std::int64_t seconds, std::int32_t nanos) {
  google::protobuf::Timestamp time;
  time.set_seconds(seconds);
  time.set_nanos(nanos);
  return time;
}

TEST(TimeTest, IsExactBothWays) {
  for (std::int64_t micros :
       {std::int64_t{0}, std::int64_t{1'795'000'000'123'456}, std::int64_t{-1}, std::int64_t{-1'000'000}}) {
    google::protobuf::Timestamp proto;
    TimeToProto(absl::FromUnixMicros(micros), proto);
    EXPECT_GE(proto.nanos(), 0);
    EXPECT_EQ(TimeFromProto(proto).value(), absl::FromUnixMicros(micros));
  }
  google::protobuf::Timestamp proto;
  TimeToProto(absl::FromUnixMicros(-1), proto);
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 999'999'000);
}

TEST(TimeTest, StaysWithinTheYears1To9999) {
  google::protobuf::Timestamp proto;
  TimeToProto(absl::InfiniteFuture(), proto);
  EXPECT_EQ(proto.seconds(), 253'402'300'799);
  EXPECT_EQ(proto.nanos(), 999'999'999);
  TimeToProto(absl::InfinitePast(), proto);
  EXPECT_EQ(proto.seconds(), -62'135'596'800);
  EXPECT_EQ(proto.nanos(), 0);
}

TEST(TimeTest, RefusesWhatIsNoTimestamp) {
  for (const auto& bad :
       {Proto(0, -1), Proto(0, 1'000'000'000), Proto(253'402'300'800, 0), Proto(-62'135'596'801, 0)}) {
    EXPECT_THAT(TimeFromProto(bad), StatusIs(absl::StatusCode::kInvalidArgument)) << bad.ShortDebugString();
  }
}

TEST(TimeTest, ReadsText) {
  const std::vector<std::pair<const char*, absl::Time>> times = {
      {"1970-01-01T00:00:01Z", absl::FromUnixSeconds(1)},
      {"1970-01-01T01:00:00.5+01:00", absl::FromUnixMillis(500)},
      {"0001-01-01T00:00:00Z", absl::FromUnixSeconds(-62'135'596'800)},
      {"9999-12-31T23:59:59.999999999Z", absl::FromUnixSeconds(253'402'300'800) - absl::Nanoseconds(1)}};
  for (const auto& [text, time] : times) {
    EXPECT_EQ(TimeFromText(text).value(), time) << text;
  }
}

TEST(TimeTest, RefusesTextThatIsNoTimestamp) {
  for (const char* bad : {"", "yesterday", "1970-01-01", "infinite-future", "infinite-past", "10000-01-01T00:00:00Z",
                          "9999-12-31T23:59:59-01:00", "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00",
                          "-0001-01-01T00:00:00Z", "292277022399-01-01T00:00:00Z"}) {
    EXPECT_THAT(TimeFromText(bad), StatusIs(absl::StatusCode::kInvalidArgument)) << bad;
  }
}

}  // namespace
}  // namespace ordermesh::wire
