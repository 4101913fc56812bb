// Connections on threads of their own, for coroutines: see aio/worker_pool.h.
#pragma once

#include <memory>
#include <utility>

#include "libs/aio/worker_pool.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {

//   Pool pool({.threads = 2, .max_queued = 64}, aio::PoolMetrics(metrics, "orders"), MakeConnections({.url = …}));
using Pool = aio::WorkerPool<Connection>;

// Each thread gets a connection that connects at its first use.
inline Pool::Make MakeConnections(ConnectionOptions options) {
  return [options = std::move(options)] { return std::make_unique<Connection>(options); };
}

}  // namespace ordermesh::postgres
