// Where reading a partition begins.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "libs/stream/consumer_metrics.h"
#include "libs/stream/partition_sink.h"
#include "libs/stream/record_source.h"

namespace ordermesh::stream {

// A partition's position, and who keeps it.
struct Start {
  Position position;
  bool kept_by_sink = false;  // else by the group
};

// The stored position, when it still fits the log. It is the sink's, and the group is not asked; of a sink that keeps
// none it is what the group remembers, or else the log's start. When it does not fit, the position is moved, and the
// move is logged and counted:
//   another record stands before it, or the log ends before it: the topic was made anew. From the log's start; whatever
//     of it was applied before has to be recognised by the sink.
//   the log starts after it: the records between are gone, and were not applied. From the log's start, and an alarm
//     that stays until the effects are built anew; `when_lost` tells the operator how.
// Errors are those of the sink and the source: nothing has been decided; ask again. A sink's kNotFound and
// kFailedPrecondition come as kUnavailable, since of a source they mean that the membership has ended.
absl::StatusOr<Start> FindStart(const Partition& partition, AnySink& sink, RecordSource& source,
                                const ConsumerMetrics& metrics, const std::string& when_lost);

}  // namespace ordermesh::stream
