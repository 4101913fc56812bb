// Times that rows are looked up by. What is no such time is refused: INVALID_ARGUMENT, FILTER_MALFORMED, with the
// field.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace ordermesh::api {

// To the microsecond, as rows have their times, and rounded up: so the same rows are at or after it, and the same
// before it. Refused: what is no time of the years 1 to 9999.
absl::StatusOr<absl::Time> ReadTime(absl::string_view field, const google::protobuf::Timestamp& time);

// One end of a range, as a request has it.
struct TimeBound {
  absl::string_view field;
  const google::protobuf::Timestamp* time = nullptr;  // nullptr: open
};

struct TimeRange {
  std::optional<absl::Time> from, before;
};

// Refused, as `before`'s: a range that ends where it begins, or earlier.
absl::StatusOr<TimeRange> ReadTimeRange(const TimeBound& from, const TimeBound& before);

}  // namespace ordermesh::api
