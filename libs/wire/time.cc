#include "libs/wire/time.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace ordermesh::wire {
namespace {

constexpr std::int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z

// The end of the last second.
absl::Time End() { return absl::FromUnixSeconds(kLastSecond + 1); }

}  // namespace

void TimeToProto(absl::Time time, google::protobuf::Timestamp& out) {
  time = std::clamp(time, absl::FromUnixSeconds(kFirstSecond), End() - absl::Nanoseconds(1));
  const std::int64_t seconds = absl::ToUnixSeconds(time);  // rounds down, also before 1970
  out.set_seconds(seconds);
  out.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

absl::StatusOr<absl::Time> TimeFromProto(const google::protobuf::Timestamp& time) {
  if (time.seconds() < kFirstSecond || time.seconds() > kLastSecond || time.nanos() < 0 || time.nanos() > 999'999'999) {
    return absl::InvalidArgumentError("time: out of range");
  }
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

absl::StatusOr<absl::Time> TimeFromText(absl::string_view text) {
  absl::Time time;
  std::string error;
  // "infinite-future" is a time of Abseil's.
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || time < absl::FromUnixSeconds(kFirstSecond) ||
      time >= End()) {
    return absl::InvalidArgumentError("time: not one of RFC 3339 in the years 1 to 9999");
  }
  return time;
}

}  // namespace ordermesh::wire
