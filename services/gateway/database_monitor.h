// Watches the database that the gateway needs.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/metrics.h"
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
    absl::Duration interval = absl::Milliseconds(300);
  };

  DatabaseMonitor(Options options, mesh::Readiness& readiness, base::Metrics& metrics, base::Clock& clock);

  // More events wait to be published than the limit allows.
  const std::atomic<bool>& outbox_full() const { return outbox_full_; }

 private:
  void Loop(std::stop_token stop);
  void Look(postgres::Connection& connection);
  absl::Status MeasureOutbox(postgres::Connection& connection);

  const Options options_;
  mesh::Readiness& readiness_;
  base::Clock& clock_;
  const base::Gauge outbox_rows_;
  std::atomic<bool> outbox_full_{false};
  std::jthread thread_;  // Last: it uses what stands above.
};

}  // namespace ordermesh::gateway
