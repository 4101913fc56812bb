// Where reading a partition begins.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/app/record_source.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

// The stored position, when it still fits the log; the database decides, Kafka's own committed offsets are not asked.
// When it does not fit, the position is moved, and the move is logged and counted:
//   another record stands before it, or the log ends before it: the topic was made anew. From the log's start; whatever
//   of it
//     was counted before is recognised by its event's id.
//   the log starts after it: the records between are gone, uncounted. From the log's start, and an alarm that stays
//   until
//     the rollups are rebuilt from the orders (docs/runbooks/consumer-lag.md).
// Errors are those of the store and the source: nothing has been decided; ask again.
absl::StatusOr<std::int64_t> FindStart(const Partition& partition, RollupStore& store, RecordSource& source,
                                       const AnalyticsMetrics& metrics);

}  // namespace ordermesh::analytics
