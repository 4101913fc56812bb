#include "services/analytics/app/maintenance.h"

#include <utility>

#include "libs/base/log.h"

namespace ordermesh::analytics {

void Maintenance::MeasureLags() {
  absl::StatusOr<std::vector<PartitionLag>> lags =
      ReadLags(store_, ends_, options_.topic, options_.partitions, options_.lag_interval);
  if (!lags.ok()) return;  // ReadLags has logged it, and readiness names the dependency.
  metrics_.consumer.SetLags(*lags);
}

void Maintenance::PruneWhenDue(std::stop_token stop) {
  const base::SteadyTime now = timer_.SteadyNow();
  if (now < next_prune_) return;
  next_prune_ = now + options_.prune_interval;
  const absl::Time before = clock_.Now() - options_.seen_retention;
  while (!stop.stop_requested()) {
    absl::StatusOr<std::int64_t> pruned = store_.Prune(before, options_.prune_batch);
    if (!pruned.ok()) {
      if (prune_failures_.Add()) {
        base::LogWarning("prune_failed", {{"error", pruned.status().message()}, {"failures", prune_failures_.count()}});
      }
      return;
    }
    prune_failures_.End();
    metrics_.pruned.Add(static_cast<double>(*pruned));
    if (*pruned < options_.prune_batch) return;
  }
}

MaintenanceThread::MaintenanceThread(MaintenanceOptions options,
                                     std::function<std::unique_ptr<RollupStore>()> open_store, LogEnds& ends,
                                     const AnalyticsMetrics& metrics, base::Clock& clock, base::Timer& timer)
    : thread_([options = std::move(options), open_store = std::move(open_store), &ends, &metrics, &clock,
               &timer](std::stop_token stop) {
        std::unique_ptr<RollupStore> store = open_store();
        Maintenance maintenance(options, *store, ends, metrics, clock, timer);
        do {
          maintenance.MeasureLags();
          maintenance.PruneWhenDue(stop);
        } while (timer.SleepFor(options.lag_interval, stop));
      }) {}

}  // namespace ordermesh::analytics
