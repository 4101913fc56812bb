// How far the outbox is behind.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "libs/base/metrics.h"
#include "libs/postgres/connection.h"

namespace ordermesh::gateway {

// What a postgres::DatabaseMonitor looks at on the way, so that intake sheds before the database fills up.
class OutboxBacklog {
 public:
  // `max_rows` of zero: no limit.
  OutboxBacklog(std::int64_t max_rows, base::Metrics& metrics);

  // Belongs to one thread.
  absl::Status Measure(postgres::Connection& connection);

  // More events wait to be published than the limit allows. Thread-safe.
  const std::atomic<bool>& full() const { return full_; }

 private:
  const std::int64_t max_rows_;
  const base::Gauge rows_;
  std::atomic<bool> full_{false};
};

}  // namespace ordermesh::gateway
