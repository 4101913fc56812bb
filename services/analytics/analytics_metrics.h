// Every metric of this service. docs/runbooks/consumer-lag.md says what to do about them.
#pragma once

#include "libs/base/metrics.h"

namespace ordermesh::analytics {

struct AnalyticsMetrics {
  explicit AnalyticsMetrics(base::Metrics& metrics);

  // New events counted, by their type; `ignored`: types that sales don't depend on.
  base::Counter accepted, cancelled, ignored;
  base::Counter repeats;         // events that had been counted before
  base::Counter dead_letters;    // records that can't be counted
  base::Counter log_resets;      // partitions that start anew because their topic was made anew
  base::Counter restarts;        // consumers that had to be made anew
  base::Counter pruned;          // ids of counted events that were forgotten
  base::Gauge assigned;          // partitions of this member
  base::Gauge taken;             // records in memory, to be counted
  base::Gauge lost_records;      // of all partitions, since the rollups were last built; the alarm
  base::Histogram batch_events;  // records of a transaction
  base::Histogram commit;        // seconds of a transaction
  base::Histogram delay;         // seconds from an order's acceptance to its being counted

  // The lag of one partition.
  base::Gauge Lag(int partition) const;

 private:
  base::Metrics& metrics_;
};

}  // namespace ordermesh::analytics
