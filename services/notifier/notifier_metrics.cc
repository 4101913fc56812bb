#include "services/notifier/notifier_metrics.h"

#include <string>

namespace ordermesh::notifier {
namespace {

base::MetricLabels Label(Channel channel) { return {{"channel", std::string(ChannelName(channel))}}; }

}  // namespace

ChannelMetrics::ChannelMetrics(base::Metrics& m, Channel channel)
    : sent(
          m.AddCounter("ordermesh_notifier_sent_total", "Notifications that the other side accepted.", Label(channel))),
      failed(m.AddCounter("ordermesh_notifier_failed_total", "Notifications given up: refused, or out of attempts.",
                          Label(channel))),
      unwanted(m.AddCounter("ordermesh_notifier_unwanted_total",
                            "Notifications that were not sent because their customers want none of their kind.",
                            Label(channel))),
      retried(m.AddCounter("ordermesh_notifier_retried_total", "Attempts that failed and will be repeated.",
                           Label(channel))),
      unreached(m.AddCounter("ordermesh_notifier_unreached_total",
                             "Sends that found nobody there; they are not counted as attempts.", Label(channel))),
      lost_leases(m.AddCounter("ordermesh_notifier_lost_leases_total",
                               "Attempts that lasted longer than their lease; their message may have been sent twice.",
                               Label(channel))),
      latency(m.AddHistogram("ordermesh_notifier_delivery_latency_seconds",
                             "From the entry in the ledger to the other side's acceptance.", base::LatencyBuckets(),
                             Label(channel))),
      reachable(m.AddGauge("ordermesh_notifier_channel_reachable", "1: the other side answered the last attempt.",
                           Label(channel))),
      breaker(m.AddGauge(
          "ordermesh_notifier_breaker_state",
          "0: the other side is reached; 2: it is away, and notifications wait; 1: one probes whether it is back.",
          Label(channel))),
      due(m.AddGauge("ordermesh_notifier_due", "Notifications whose time has come and that wait.", Label(channel))),
      oldest_due(m.AddGauge("ordermesh_notifier_oldest_due_seconds", "How long the oldest due notification has waited.",
                            Label(channel))),
      queued(m.AddGauge("ordermesh_notifier_claimed", "Notifications that this process holds.", Label(channel))) {}

EventMetrics::EventMetrics(base::Metrics& m)
    : received(m.AddCounter("ordermesh_notifier_events_received_total", "Events received from RabbitMQ.")),
      deduped(m.AddCounter("ordermesh_notifier_deduped_total", "Notifications that were in the ledger already.")),
      ignored(
          m.AddCounter("ordermesh_notifier_events_ignored_total", "Events of a type that customers are not told of.")),
      refused(m.AddCounter("ordermesh_notifier_events_refused_total", "Events sent to the dead letters as unusable.")),
      requeued(
          m.AddCounter("ordermesh_notifier_events_requeued_total", "Events put back after the ledger refused them.")),
      batch_size(m.AddHistogram("ordermesh_notifier_intake_batch_size", "Events entered by one statement.",
                                base::BatchSizeBuckets())) {}

DeadLetterMetrics::DeadLetterMetrics(base::Metrics& m)
    : kept(m.AddCounter("ordermesh_notifier_dead_letters_total", "Messages that were given up and are kept.")),
      redriven(m.AddCounter("ordermesh_notifier_dead_letters_redriven_total", "Dead letters put back on the queue.")) {}

ChoreMetrics::ChoreMetrics(base::Metrics& m)
    : rescued(m.AddCounter("ordermesh_notifier_rescued_total", "First attempts taken over from a worker that died.")),
      pruned(m.AddCounter("ordermesh_notifier_pruned_total", "Old notifications deleted.")) {}

}  // namespace ordermesh::notifier
