// What has to be done from time to time, apart from counting: lags as metrics, and forgetting old events.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/log_limit.h"
#include "libs/base/timer.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/app/list_lags.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

struct MaintenanceOptions {
  std::string topic;
  int partitions = 1;
  absl::Duration lag_interval = absl::Seconds(1);
  // Longer than the topic's retention and the longest stall of the outbox together: a record that comes again after its
  // event was forgotten would be counted again.
  absl::Duration seen_retention = absl::Hours(24 * 14);
  absl::Duration prune_interval = absl::Minutes(1);
  int prune_batch = 5000;
};

// Belongs to one thread. The dependencies must outlive it.
class Maintenance {
 public:
  Maintenance(MaintenanceOptions options, RollupStore& store, LogEnds& ends, const AnalyticsMetrics& metrics,
              base::Clock& clock, base::Timer& timer)
      : options_(std::move(options)), store_(store), ends_(ends), metrics_(metrics), clock_(clock), timer_(timer) {}

  // Sets the gauges. What can't be read keeps its last value.
  void MeasureLags();
  // Forgets, in short transactions, what is older than seen_retention, when prune_interval has passed. Stops early when
  // asked.
  void PruneWhenDue(std::stop_token stop);

 private:
  const MaintenanceOptions options_;
  RollupStore& store_;
  LogEnds& ends_;
  const AnalyticsMetrics& metrics_;
  base::Clock& clock_;
  base::Timer& timer_;
  base::SteadyTime next_prune_ = base::SteadyTime::InfinitePast();
  base::FailureRow prune_failures_;
};

// The thread for it.
class MaintenanceThread {
 public:
  MaintenanceThread(MaintenanceOptions options, std::function<std::unique_ptr<RollupStore>()> open_store, LogEnds& ends,
                    const AnalyticsMetrics& metrics, base::Clock& clock, base::Timer& timer);

 private:
  std::jthread thread_;
};

}  // namespace ordermesh::analytics
