#include "services/gateway/store/postgres_unpaid_orders.h"

#include <utility>

#include "libs/base/status.h"
#include "services/gateway/sql.h"
#include "services/gateway/store/database_status.h"

namespace ordermesh::gateway {
namespace {

using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kLockExpiry{"lock_expiry", sql::kLockExpiry};
constexpr Statement kFindDue{"find_due", sql::kFindDue};
constexpr Statement kAdvanceExpiry{"advance_expiry", sql::kAdvanceExpiry};

// A gateway whose machine is gone must not keep its lock: the server asks, and gives up after about ten seconds.
constexpr char kNoticeLostClients[] =
    "; SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 10000";

postgres::ConnectionOptions Session(const postgres::Database& database) {
  postgres::ConnectionOptions session = database.Worker("expiry");
  session.session_sql += "; SET enable_sort = off";  // orders come in the order of the primary key
  session.session_sql += kNoticeLostClients;
  return session;
}

absl::Status ToExpiryRefusal(const absl::Status& status) { return ToRefusal(status, "the orders"); }

}  // namespace

PostgresUnpaidOrders::PostgresUnpaidOrders(const postgres::Database& database, const MovePolicy& moves)
    : moves_(moves), connection_(Session(database)) {}

absl::StatusOr<bool> PostgresUnpaidOrders::TryLock() {
  if (locked_pid_ != 0 && locked_pid_ == connection_.backend_pid()) return true;
  const absl::StatusOr<Result> row = connection_.Execute(kLockExpiry);
  if (!row.ok()) return ToExpiryRefusal(row.status());
  locked_pid_ = row->Bool(0, 0) ? row->Int4(0, 1) : 0;
  return locked_pid_ != 0;
}

absl::StatusOr<std::vector<UnpaidOrders::Candidate>> PostgresUnpaidOrders::Due(absl::Duration ttl, int limit) {
  const absl::StatusOr<Result> rows =
      connection_.Execute(kFindDue, Params().Int8(absl::ToInt64Microseconds(ttl)).Int8(limit));
  if (!rows.ok()) return ToExpiryRefusal(rows.status());
  std::vector<Candidate> due;
  for (int row = 0; row < rows->rows() && rows->Bool(row, 4); ++row) {
    due.push_back({.id = rows->Uuid(row, 0),
                   .caller = std::string(rows->Text(row, 1)),
                   .version = rows->Int8(row, 2),
                   .state = static_cast<domain::OrderState>(rows->Int4(row, 3))});
  }
  return due;
}

absl::StatusOr<domain::Order> PostgresUnpaidOrders::Expire(const OrderMove& move) {
  return moves_.Run(connection_, move, base::Deadline::Never());
}

absl::Status PostgresUnpaidOrders::Advance(const domain::OrderId& to) {
  const absl::StatusOr<Result> advanced = connection_.Execute(kAdvanceExpiry, Params().Uuid(to));
  return advanced.ok() ? absl::OkStatus() : ToExpiryRefusal(advanced.status());
}

}  // namespace ordermesh::gateway
