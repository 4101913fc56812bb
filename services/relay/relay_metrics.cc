#include "services/relay/relay_metrics.h"

namespace ordermesh::relay {

SinkMetrics::SinkMetrics(base::Metrics& metrics, const std::string& sink) {
  const base::MetricLabels labels = {{"sink", sink}};
  active = metrics.AddGauge("ordermesh_relay_active", "1 while this relay is the one that feeds the sink", labels);
  blocked = metrics.AddGauge("ordermesh_relay_blocked", "1 while the broker takes nothing from publishers", labels);
  depth =
      metrics.AddGauge("ordermesh_outbox_depth", "events that the sink has not got; an estimate beyond 10,000", labels);
  oldest_age_seconds = metrics.AddGauge("ordermesh_outbox_oldest_age_seconds",
                                        "age of the oldest event that the sink has not got", labels);
  confirmed = metrics.AddCounter("ordermesh_relay_confirmed_total", "events that the broker has confirmed", labels);
  buried = metrics.AddCounter("ordermesh_relay_buried_total", "events that the broker refused for good", labels);
  unroutable = metrics.AddCounter("ordermesh_relay_unroutable_total",
                                  "times that an event came back because no queue took it; it stays pending", labels);
  failures =
      metrics.AddCounter("ordermesh_relay_failures_total", "publishes that were not confirmed as a whole", labels);
  restarts =
      metrics.AddCounter("ordermesh_relay_restarts_total", "times that the relay lost its lock or session", labels);
  batch_size =
      metrics.AddHistogram("ordermesh_relay_batch_size", "events published together", base::BatchSizeBuckets(), labels);
  publish_seconds = metrics.AddHistogram("ordermesh_relay_publish_seconds", "from publishing to the last confirm",
                                         base::LatencyBuckets(), labels);
  delay_seconds = metrics.AddHistogram("ordermesh_relay_delay_seconds", "from an event's writing to its confirm",
                                       base::LatencyBuckets(), labels);
}

OutboxMetrics::OutboxMetrics(base::Metrics& metrics, const std::string& schema)
    : pruned(metrics.AddCounter("ordermesh_outbox_pruned_total", "events removed that every sink has had",
                                {{"feed", schema}})),
      oldest_transaction_age_seconds(
          metrics.AddGauge("ordermesh_oldest_transaction_age_seconds",
                           "age of the oldest writing transaction of the server: what it holds back, no sink gets")),
      oldest_transaction_pid(
          metrics.AddGauge("ordermesh_oldest_transaction_pid", "its server process; 0 when there is none")) {}

}  // namespace ordermesh::relay
