#include "services/gateway/store/database_monitor.h"

#include <algorithm>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/mesh/dependency_check.h"
#include "libs/postgres/database_check.h"
#include "services/gateway/sql.h"

namespace ordermesh::gateway {
namespace {

constexpr postgres::Statement kOutboxBacklog{"outbox_backlog", sql::kOutboxBacklog};
// The newest migrations that our SQL needs.
constexpr const char* kMigrations[] = {"catalog/0001_catalog", "orders/0001_orders"};

}  // namespace

DatabaseMonitor::DatabaseMonitor(Options options, mesh::Readiness& readiness, base::Metrics& metrics,
                                 base::Timer& timer)
    : options_(std::move(options)),
      readiness_(readiness),
      outbox_rows_(
          metrics.AddGauge("ordermesh_intake_outbox_rows",
                           "Events that wait for the slowest sink, about; intake sheds beyond max_outbox_rows.")),
      connection_(postgres::CheckOptions(options_.database_url, "ordermesh-gateway monitor")),
      looks_(
          mesh::kCheckInterval, [this](std::stop_token) { Look(); }, timer) {}

void DatabaseMonitor::Look() {
  postgres::DatabaseState state = postgres::CheckDatabase(connection_, kMigrations);
  if (state.schema.ok()) state.database = MeasureOutbox();
  readiness_.Report(kDatabase, state.database);
  readiness_.Report(kSchema, state.schema);
}

absl::Status DatabaseMonitor::MeasureOutbox() {
  ASSIGN_OR_RETURN(postgres::Result backlog, connection_.Execute(kOutboxBacklog));
  const std::int64_t rows = std::max<std::int64_t>(backlog.Int8(0, 0), 0);
  outbox_rows_.Set(static_cast<double>(rows));
  const bool full = options_.max_outbox_rows > 0 && rows > options_.max_outbox_rows;
  if (outbox_full_.exchange(full) != full) {
    base::LogWarning(full ? "intake_sheds" : "intake_resumes",
                     {{"outbox_rows", rows}, {"max_outbox_rows", options_.max_outbox_rows}});
  }
  return absl::OkStatus();
}

}  // namespace ordermesh::gateway
