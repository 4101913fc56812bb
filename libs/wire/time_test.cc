#include "libs/wire/time.h"

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

}  // namespace
}  // namespace ordermesh::wire
