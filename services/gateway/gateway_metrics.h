// Every metric of the gateway, beside those that each server of the mesh has.
#pragma once

#include "libs/aio/worker_pool.h"
#include "libs/base/metrics.h"

namespace ordermesh::gateway {

struct StageMetrics {
  base::Counter batches;
  base::Histogram batch_orders;
  base::Histogram seconds;
};

struct IntakeMetrics {
  explicit IntakeMetrics(base::Metrics& metrics);

  StageMetrics validate, store, look_up;
  base::Gauge waiting;
  base::Counter accepted;
  base::Counter repeats;      // answered with the order that an earlier call stored
  base::Counter folded;       // equal ids that met in one batch
  base::Counter reused_keys;  // the same id with another payload
  base::Counter given_up;     // dropped before the statement: cancelled, or out of time
  base::Counter shed_queue;   // refused because too many were waiting
  base::Counter shed_outbox;  // refused because the outbox was too long
};

struct StoreMetrics {
  explicit StoreMetrics(base::Metrics& metrics);

  base::Counter retries_deadlock;     // the batch ran again: 40P01, 40001
  base::Counter retries_connection;   // the batch ran again on a new connection
  base::Counter one_by_one_locked;    // the batch ran again order by order: 55P03
  base::Counter one_by_one_data;      // the same: classes 22 and 23
  base::Counter unknown_outcomes;     // connections lost during a commit
  base::Counter unresolved_outcomes;  // of those, orders that were answered without knowing
  aio::PoolMetrics intake_pool, look_up_pool, move_pool, query_pool;
};

struct ExpiryMetrics {
  explicit ExpiryMetrics(base::Metrics& metrics);

  base::Counter expired;
  base::Counter passed_over;  // could not be cancelled, since an invariant of ours is broken
};

struct WatchMetrics {
  explicit WatchMetrics(base::Metrics& metrics);

  base::Gauge watching;
  base::Counter polls;
};

}  // namespace ordermesh::gateway
