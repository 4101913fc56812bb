#include "services/gateway/store/outbox_backlog.h"

#include <algorithm>

#include "libs/base/log.h"
#include "libs/base/status.h"
#include "services/gateway/sql.h"

namespace ordermesh::gateway {
namespace {

constexpr postgres::Statement kOutboxBacklog{"outbox_backlog", sql::kOutboxBacklog};

}  // namespace

OutboxBacklog::OutboxBacklog(std::int64_t max_rows, base::Metrics& metrics)
    : max_rows_(max_rows),
      rows_(metrics.AddGauge("ordermesh_intake_outbox_rows",
                             "Events that wait for the slowest sink, about; intake sheds beyond max_outbox_rows.")) {}

absl::Status OutboxBacklog::Measure(postgres::Connection& connection) {
  ASSIGN_OR_RETURN(postgres::Result backlog, connection.Execute(kOutboxBacklog));
  const std::int64_t rows = std::max<std::int64_t>(backlog.Int8(0, 0), 0);
  rows_.Set(static_cast<double>(rows));
  const bool full = max_rows_ > 0 && rows > max_rows_;
  if (full_.exchange(full) != full) {
    base::LogWarning(full ? "intake_sheds" : "intake_resumes", {{"outbox_rows", rows}, {"max_outbox_rows", max_rows_}});
  }
  return absl::OkStatus();
}

}  // namespace ordermesh::gateway
