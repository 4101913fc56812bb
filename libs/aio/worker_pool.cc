#include "libs/aio/worker_pool.h"

namespace ordermesh::aio {

PoolMetrics::PoolMetrics(base::Metrics& metrics, const char* pool)
    : queue_seconds(metrics.AddHistogram("ordermesh_pool_queue_seconds", "How long work waited for a thread.",
                                         base::LatencyBuckets(), {{"pool", pool}})),
      abandoned(metrics.AddCounter("ordermesh_pool_abandoned_total",
                                   "Work not done: its caller was gone, or its deadline had passed.",
                                   {{"pool", pool}})) {}

}  // namespace ordermesh::aio
