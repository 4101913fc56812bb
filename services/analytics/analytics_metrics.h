// Every metric of this service. docs/runbooks/consumer-lag.md says what to do about them.
#pragma once

#include "libs/base/metrics.h"
#include "libs/stream/consumer_metrics.h"

namespace ordermesh::analytics {

struct AnalyticsMetrics {
  explicit AnalyticsMetrics(base::Metrics& metrics);

  stream::ConsumerMetrics consumer;

  // New events counted, by their type; `ignored`: types that sales don't depend on.
  base::Counter accepted, paid, shipped, cancelled, ignored;
  base::Counter repeats;  // events that had been counted before
  base::Counter pruned;   // ids of counted events that were forgotten
  base::Histogram delay;  // seconds from an order's acceptance to its being counted
};

}  // namespace ordermesh::analytics
