// google.protobuf.Timestamp ↔ absl::Time.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace ordermesh::wire {

// Times outside Timestamp's range (the years 1 to 9999) become its nearest end.
void TimeToProto(absl::Time time, google::protobuf::Timestamp& out);

// INVALID_ARGUMENT: outside the range, or nanos that are not 0 to 999,999,999.
absl::StatusOr<absl::Time> TimeFromProto(const google::protobuf::Timestamp& time);
// A time of RFC 3339. INVALID_ARGUMENT: it is none, or outside the range.
absl::StatusOr<absl::Time> TimeFromText(absl::string_view text);

}  // namespace ordermesh::wire
