// The notifier's metrics: every name stands here.
#pragma once

#include "libs/base/metrics.h"
#include "services/notifier/app/notification.h"

namespace ordermesh::notifier {

// Of one channel.
struct ChannelMetrics {
  ChannelMetrics(base::Metrics& metrics, Channel channel);

  base::Counter sent;
  base::Counter failed;       // given up: refused for good, or out of attempts
  base::Counter unwanted;     // given up because their recipients want none of their kind; not among the failed
  base::Counter retried;      // attempts that failed for now
  base::Counter unreached;    // sends that found nobody there: no attempts
  base::Counter lost_leases;  // marks that came too late: the message may have been sent twice
  base::Histogram latency;    // from the ledger to the other side's acceptance
  base::Gauge reachable;      // 1: the other side answered the last attempt
  base::Gauge breaker;        // Breaker::State
  base::Gauge due;            // waiting though their time has come
  base::Gauge oldest_due;     // for how long the oldest of them
  base::Gauge queued;         // claimed and not yet marked
};

struct EventMetrics {
  explicit EventMetrics(base::Metrics& metrics);

  base::Counter received;
  base::Counter deduped;   // notifications that were there before
  base::Counter ignored;   // of a type that customers are not told of
  base::Counter refused;   // malformed: to the dead letters
  base::Counter requeued;  // the ledger refused them: back to the queue, counted there
  base::Histogram batch_size;
};

struct DeadLetterMetrics {
  explicit DeadLetterMetrics(base::Metrics& metrics);

  base::Counter kept;
  base::Counter redriven;
};

struct ChoreMetrics {
  explicit ChoreMetrics(base::Metrics& metrics);

  base::Counter rescued;  // first attempts whose worker died
  base::Counter pruned;
};

}  // namespace ordermesh::notifier
