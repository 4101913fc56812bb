// google.protobuf.Timestamp ↔ absl::Time.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace ordermesh::wire {

// Times outside Timestamp's range (the years 1 to 9999) become its nearest end.
void TimeToProto(absl::Time time, google::protobuf::Timestamp& out);

// INVALID_ARGUMENT: outside the range, or nanos that are not 0 to 999,999,999.
absl::StatusOr<absl::Time> TimeFromProto(const google::protobuf::Timestamp& time);

}  // namespace ordermesh::wire
