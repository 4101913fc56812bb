#include "services/validation/validation_metrics.h"

namespace ordermesh::validation {
namespace {

base::Counter Reads(base::Metrics& metrics, const char* result) {
  return metrics.AddCounter("ordermesh_validation_catalog_reads_total", "Readings of the catalogue's changes.",
                            {{"result", result}});
}

base::Counter Rows(base::Metrics& metrics, const char* why) {
  return metrics.AddCounter("ordermesh_validation_catalog_rows_total",
                            "Rows of the catalogue that were read, because they changed or with everything.",
                            {{"why", why}});
}

base::Counter Orders(base::Metrics& metrics, const char* verdict) {
  return metrics.AddCounter("ordermesh_validation_orders_total", "Orders checked.", {{"verdict", verdict}});
}

}  // namespace

CatalogMetrics::CatalogMetrics(base::Metrics& metrics)
    : age_seconds(metrics.AddGauge("ordermesh_validation_snapshot_age_seconds",
                                   "How long ago the catalogue in memory was known to be current.")),
      products(metrics.AddGauge("ordermesh_validation_snapshot_products", "Products in memory.")),
      customers(metrics.AddGauge("ordermesh_validation_snapshot_customers", "Active customers in memory.")),
      reads_ok(Reads(metrics, "ok")),
      reads_failed(Reads(metrics, "failed")),
      rows_changed(Rows(metrics, "changed")),
      rows_reloaded(Rows(metrics, "everything")),
      snapshots(metrics.AddCounter("ordermesh_validation_snapshots_total",
                                   "Snapshots made because the catalogue had changed.")) {}

OrderMetrics::OrderMetrics(base::Metrics& metrics)
    : valid(Orders(metrics, "valid")),
      invalid(Orders(metrics, "invalid")),
      batch_orders(metrics.AddHistogram("ordermesh_validation_batch_orders", "Orders in a call of BatchValidateOrders.",
                                        base::BatchSizeBuckets())) {}

}  // namespace ordermesh::validation
