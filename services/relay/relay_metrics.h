// The relay's metrics, all of them.
#pragma once

#include <string>

#include "libs/base/metrics.h"

namespace ordermesh::relay {

// Of one sink; the label `sink` names it.
struct SinkMetrics {
  SinkMetrics(base::Metrics& metrics, const std::string& sink);

  base::Gauge active, blocked, depth, oldest_age_seconds;
  base::Counter confirmed, buried, unroutable, failures, restarts;
  base::Histogram batch_size, publish_seconds, delay_seconds;
};

// Of the outbox as a whole.
struct OutboxMetrics {
  explicit OutboxMetrics(base::Metrics& metrics);

  base::Counter pruned;
  base::Gauge oldest_transaction_age_seconds, oldest_transaction_pid;
};

}  // namespace ordermesh::relay
