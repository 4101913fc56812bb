// The metrics of a consumer. docs/runbooks/consumer-lag.md says what to do about them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/metrics.h"
#include "libs/stream/lags.h"

namespace ordermesh::stream {

struct ConsumerMetrics {
  // `prefix` is before every name: "ordermesh_analytics" gives ordermesh_analytics_dead_letters_total.
  ConsumerMetrics(base::Metrics& metrics, absl::string_view prefix);

  base::Counter dead_letters;     // records that can't be applied
  base::Counter log_resets;       // partitions that start anew because their topic was made anew
  base::Counter restarts;         // memberships that had to be begun anew
  base::Gauge assigned;           // partitions of this member
  base::Gauge taken;              // records in memory, to be applied
  base::Gauge lost_records;       // of all partitions, since the effects were last built anew; the alarm
  base::Histogram batch_records;  // records that were applied together
  base::Histogram commit;         // seconds of applying a batch

  // The lag of one partition.
  base::Gauge Lag(int partition) const;
  // Sets the gauges that tell of lags.
  void SetLags(const std::vector<PartitionLag>& lags) const;

 private:
  base::Metrics& metrics_;
  const std::string prefix_;
};

}  // namespace ordermesh::stream
