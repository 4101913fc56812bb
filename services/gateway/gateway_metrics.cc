#include "services/gateway/gateway_metrics.h"

namespace ordermesh::gateway {
namespace {

StageMetrics Stage(base::Metrics& metrics, const char* stage) {
  const base::MetricLabels labels = {{"stage", stage}};
  return {metrics.AddCounter("ordermesh_intake_batches_total", "Batches that left the stage.", labels),
          metrics.AddHistogram("ordermesh_intake_batch_orders", "Orders in a batch.", base::BatchSizeBuckets(), labels),
          metrics.AddHistogram("ordermesh_intake_stage_seconds", "From a batch's start to its answer.",
                               base::LatencyBuckets(), labels)};
}

base::Counter Shed(base::Metrics& metrics, const char* cause) {
  return metrics.AddCounter("ordermesh_intake_shed_total", "Orders refused with RESOURCE_EXHAUSTED.",
                            {{"cause", cause}});
}

base::Counter Retry(base::Metrics& metrics, const char* cause) {
  return metrics.AddCounter("ordermesh_store_retries_total", "Batches that ran again.", {{"cause", cause}});
}

}  // namespace

IntakeMetrics::IntakeMetrics(base::Metrics& metrics)
    : validate(Stage(metrics, "validate")),
      store(Stage(metrics, "store")),
      look_up(Stage(metrics, "look_up")),
      waiting(metrics.AddGauge("ordermesh_intake_waiting_orders", "Orders between their arrival and their answer.")),
      accepted(metrics.AddCounter("ordermesh_orders_accepted_total", "Orders stored.")),
      repeats(metrics.AddCounter("ordermesh_intake_repeats_total", "Calls answered with an order stored before.")),
      folded(
          metrics.AddCounter("ordermesh_intake_folded_total", "Calls with the request id of another in their batch.")),
      reused_keys(metrics.AddCounter("ordermesh_intake_reused_request_ids_total",
                                     "Calls refused because their request id has another payload.")),
      given_up(metrics.AddCounter("ordermesh_intake_given_up_total",
                                  "Orders dropped because the caller was gone or its deadline had passed.")),
      shed_queue(Shed(metrics, "queue")),
      shed_outbox(Shed(metrics, "outbox")) {}

StoreMetrics::StoreMetrics(base::Metrics& metrics)
    : retries_deadlock(Retry(metrics, "deadlock")),
      retries_connection(Retry(metrics, "connection")),
      one_by_one_locked(metrics.AddCounter("ordermesh_store_one_by_one_total", "Batches that ran order by order.",
                                           {{"cause", "locked"}})),
      one_by_one_data(metrics.AddCounter("ordermesh_store_one_by_one_total", "Batches that ran order by order.",
                                         {{"cause", "data"}})),
      unknown_outcomes(metrics.AddCounter("ordermesh_store_unknown_outcomes_total",
                                          "Transactions whose connection was lost during the commit.")),
      unresolved_outcomes(metrics.AddCounter("ordermesh_store_unresolved_orders_total",
                                             "Orders answered without knowing whether they were stored.")),
      intake_pool(metrics, "intake"),
      look_up_pool(metrics, "look_ups"),
      move_pool(metrics, "moves"),
      query_pool(metrics, "queries") {}

ExpiryMetrics::ExpiryMetrics(base::Metrics& metrics)
    : expired(metrics.AddCounter("ordermesh_orders_expired_total",
                                 "Orders cancelled because nobody had paid for them in time.")),
      passed_over(metrics.AddCounter("ordermesh_expiry_passed_over_total",
                                     "Unpaid orders that could not be cancelled; they are in the log.")) {}

WatchMetrics::WatchMetrics(base::Metrics& metrics)
    : watching(metrics.AddGauge("ordermesh_watchers", "Calls of WatchOrder that wait for a change.")),
      polls(metrics.AddCounter("ordermesh_watch_polls_total", "Queries for the versions of the watched orders.")) {}

}  // namespace ordermesh::gateway
