// The relay's metrics, all of them.
#pragma once

#include <string>

#include "libs/base/metrics.h"

namespace ordermesh::relay {

// Of what leads from one outbox to one sink; the label `sink` names it, by FeedSinkName.
struct SinkMetrics {
  SinkMetrics(base::Metrics& metrics, const std::string& sink);

  base::Gauge active, blocked, depth, oldest_age_seconds;
  base::Counter confirmed, buried, unroutable, failures, restarts;
  base::Histogram batch_size, publish_seconds, delay_seconds;
};

// Of one outbox as a whole; the label `feed` names its schema. The oldest transaction is the server's, of all of them.
struct OutboxMetrics {
  OutboxMetrics(base::Metrics& metrics, const std::string& schema);

  base::Counter pruned;
  base::Gauge oldest_transaction_age_seconds, oldest_transaction_pid;
};

}  // namespace ordermesh::relay
