// Watches the database that the gateway needs.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "libs/base/metrics.h"
#include "libs/base/periodic.h"
#include "libs/base/timer.h"
#include "libs/mesh/health.h"
#include "libs/postgres/connection.h"

namespace ordermesh::gateway {

// Reports "database" and "schema" to the readiness, from a connection and a thread of its own, so that a database that
// hangs is named within two seconds however busy the others are. Also measures how far the outbox is behind. The
// dependencies must outlive it.
class DatabaseMonitor {
 public:
  static constexpr char kDatabase[] = "database";
  static constexpr char kSchema[] = "schema";

  struct Options {
    std::string database_url;
    std::int64_t max_outbox_rows = 0;  // 0: no limit
  };

  DatabaseMonitor(Options options, mesh::Readiness& readiness, base::Metrics& metrics, base::Timer& timer);

  // More events wait to be published than the limit allows.
  const std::atomic<bool>& outbox_full() const { return outbox_full_; }

 private:
  void Look();
  absl::Status MeasureOutbox();

  const Options options_;
  mesh::Readiness& readiness_;
  const base::Gauge outbox_rows_;
  std::atomic<bool> outbox_full_{false};
  postgres::Connection connection_;  // The thread's own.
  base::Periodic looks_;             // Last: it uses what stands above.
};

}  // namespace ordermesh::gateway
