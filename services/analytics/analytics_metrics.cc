#include "services/analytics/analytics_metrics.h"

namespace ordermesh::analytics {
namespace {

constexpr char kEvents[] = "ordermesh_analytics_events_total";
constexpr char kEventsHelp[] = "Events that were counted, by type; ignored: of a type that sales do not depend on.";

}  // namespace

AnalyticsMetrics::AnalyticsMetrics(base::Metrics& metrics)
    : consumer(metrics, "ordermesh_analytics"),
      accepted(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "accepted"}})),
      paid(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "paid"}})),
      shipped(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "shipped"}})),
      cancelled(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "cancelled"}})),
      ignored(metrics.AddCounter(kEvents, kEventsHelp, {{"type", "ignored"}})),
      repeats(metrics.AddCounter("ordermesh_analytics_repeats_total",
                                 "Events that came again after they had been counted.")),
      pruned(metrics.AddCounter("ordermesh_analytics_pruned_events_total",
                                "Ids of counted events that were forgotten because of their age.")),
      delay(metrics.AddHistogram("ordermesh_analytics_delay_seconds",
                                 "From the acceptance of an order until it is counted; of a batch, its oldest.",
                                 base::LatencyBuckets())) {}

}  // namespace ordermesh::analytics
