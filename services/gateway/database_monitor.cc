#include "services/gateway/database_monitor.h"

#include <algorithm>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/postgres/schema_check.h"
#include "services/gateway/sql.h"

namespace ordermesh::gateway {
namespace {

constexpr postgres::Statement kOutboxBacklog{"outbox_backlog", sql::kOutboxBacklog};
// The newest migrations that our SQL needs.
constexpr const char* kMigrations[] = {"catalog/0001_catalog", "orders/0001_orders"};

absl::Status CheckMigrations(postgres::Connection& connection) {
  for (const char* migration : kMigrations) RETURN_IF_ERROR(postgres::CheckMigration(connection, migration));
  return absl::OkStatus();
}

}  // namespace

DatabaseMonitor::DatabaseMonitor(Options options, mesh::Readiness& readiness, base::Metrics& metrics,
                                 base::Clock& clock)
    : options_(std::move(options)),
      readiness_(readiness),
      clock_(clock),
      outbox_rows_(
          metrics.AddGauge("ordermesh_intake_outbox_rows",
                           "Events that wait for the slowest sink, about; intake sheds beyond max_outbox_rows.")),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

void DatabaseMonitor::Loop(std::stop_token stop) {
  // With the pause, whatever hangs is told of within two seconds.
  postgres::ConnectionOptions session;
  session.url = options_.database_url;
  session.application_name = "ordermesh-gateway monitor";
  session.connect_timeout = absl::Seconds(1);
  session.statement_timeout = absl::Milliseconds(700);
  session.answer_margin = absl::Milliseconds(300);
  postgres::Connection connection(session);
  do {
    Look(connection);
  } while (clock_.SleepFor(options_.interval, stop));
}

void DatabaseMonitor::Look(postgres::Connection& connection) {
  absl::Status status = CheckMigrations(connection);
  const bool outdated = absl::IsFailedPrecondition(status);
  if (status.ok()) status = MeasureOutbox(connection);
  if (outdated || status.ok()) {
    readiness_.Report(kDatabase, absl::OkStatus());
    readiness_.Report(kSchema, status);
  } else {
    readiness_.Report(kDatabase, status);
  }
}

absl::Status DatabaseMonitor::MeasureOutbox(postgres::Connection& connection) {
  ASSIGN_OR_RETURN(postgres::Result backlog, connection.Execute(kOutboxBacklog));
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
