#include "libs/api/times.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/wire/time.h"

namespace ordermesh::api {
namespace {

absl::StatusOr<absl::Time> Exactly(absl::string_view field, const google::protobuf::Timestamp& time) {
  const absl::StatusOr<absl::Time> read = wire::TimeFromProto(time);
  if (!read.ok()) return domain::FilterMalformed(field, "is not a time of the years 1 to 9999");
  return *read;
}

absl::Time ToMicros(absl::Time time) {
  return absl::UnixEpoch() + absl::Ceil(time - absl::UnixEpoch(), absl::Microseconds(1));
}

absl::StatusOr<std::optional<absl::Time>> Exactly(const TimeBound& bound) {
  if (bound.time == nullptr) return std::nullopt;
  ASSIGN_OR_RETURN(const absl::Time time, Exactly(bound.field, *bound.time));
  return time;
}

}  // namespace

absl::StatusOr<absl::Time> ReadTime(absl::string_view field, const google::protobuf::Timestamp& time) {
  ASSIGN_OR_RETURN(const absl::Time exactly, Exactly(field, time));
  return ToMicros(exactly);
}

absl::StatusOr<TimeRange> ReadTimeRange(const TimeBound& from, const TimeBound& before) {
  TimeRange range;
  ASSIGN_OR_RETURN(range.from, Exactly(from));
  ASSIGN_OR_RETURN(range.before, Exactly(before));
  if (range.from.has_value() && range.before.has_value() && *range.from >= *range.before) {
    return domain::FilterMalformed(before.field, absl::StrCat("is not after ", from.field));
  }
  if (range.from.has_value()) range.from = ToMicros(*range.from);
  if (range.before.has_value()) range.before = ToMicros(*range.before);
  return range;
}

}  // namespace ordermesh::api
