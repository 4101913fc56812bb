// The metrics of validation, beside those of every gRPC method.
#pragma once

#include "libs/base/metrics.h"

namespace ordermesh::validation {

struct CatalogMetrics {
  explicit CatalogMetrics(base::Metrics& metrics);

  base::Gauge age_seconds;  // of the snapshot; how long the process has had none, before the first
  base::Gauge products, customers;
  base::Counter reads_ok, reads_failed;
  base::Counter rows_changed, rows_reloaded;
  base::Counter snapshots;  // how often the catalogue had changed
};

struct OrderMetrics {
  explicit OrderMetrics(base::Metrics& metrics);

  base::Counter valid, invalid;
  base::Histogram batch_orders;
};

}  // namespace ordermesh::validation
