#include "services/analytics/analytics_metrics.h"

#include "absl/strings/str_cat.h"

namespace ordermesh::analytics {
namespace {

constexpr char kEvents[] = "ordermesh_analytics_events_total";
constexpr char kEventsHelp[] = "Events that were counted, by type; ignored: of a type that sales do not depend on.";

}  // namespace

AnalyticsMetrics::AnalyticsMetrics(base::Metrics& metrics)
    : accepted(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "accepted"}})),
      cancelled(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "cancelled"}})),
      ignored(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "ignored"}})),
      repeats(metrics.AddCounter("ordermesh_analytics_repeats_total",
                                 "Events that came again after they had been counted.")),
      dead_letters(metrics.AddCounter("ordermesh_analytics_dead_letters_total",
                                      "Records that cannot be counted and went to the dead-letter topic.")),
      log_resets(metrics.AddCounter("ordermesh_analytics_log_resets_total",
                                    "Partitions that were begun anew because their topic had been made anew.")),
      restarts(metrics.AddCounter("ordermesh_analytics_consumer_restarts_total",
                                  "Consumers that were given up and made anew.")),
      pruned(metrics.AddCounter("ordermesh_analytics_pruned_events_total",
                                "Ids of counted events that were forgotten because of their age.")),
      assigned(metrics.AddGauge("ordermesh_analytics_assigned_partitions", "Partitions that this process counts.")),
      taken(metrics.AddGauge("ordermesh_analytics_taken_records", "Records in memory that are to be counted.")),
      lost_records(metrics.AddGauge("ordermesh_analytics_lost_records",
                                    "Records that Kafka dropped before they were counted. More than 0: the figures are "
                                    "short until they are rebuilt from the orders.")),
      batch_events(metrics.AddHistogram("ordermesh_analytics_batch_records", "Records of a transaction.",
                                        base::BatchSizeBuckets())),
      commit(metrics.AddHistogram("ordermesh_analytics_commit_seconds", "How long a transaction takes.",
                                  base::LatencyBuckets())),
      delay(metrics.AddHistogram("ordermesh_analytics_delay_seconds",
                                 "From the acceptance of an order until it is counted; of a batch, its oldest.",
                                 base::LatencyBuckets())),
      metrics_(metrics) {}

base::Gauge AnalyticsMetrics::Lag(int partition) const {
  return metrics_.AddGauge("ordermesh_analytics_lag_records", "Records of a partition that are still to be counted.",
                           {{"partition", absl::StrCat(partition)}});
}

}  // namespace ordermesh::analytics
