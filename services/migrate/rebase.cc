#include "services/migrate/rebase.h"

#include "libs/base/status.h"
#include "services/migrate/sql.h"

namespace ordermesh::migrate {
namespace {

constexpr postgres::Statement kIsForeign = {"outbox_is_foreign", sql::kOutboxIsForeign};

}  // namespace

absl::StatusOr<bool> RebaseOutbox(postgres::Connection& connection) {
  RETURN_IF_ERROR(connection.Begin());
  RETURN_IF_ERROR(connection.Run(sql::kLockOutbox));
  ASSIGN_OR_RETURN(const postgres::Result foreign, connection.Execute(kIsForeign));
  if (!foreign.Bool(0, 0)) {
    RETURN_IF_ERROR(connection.Rollback());
    return false;
  }
  RETURN_IF_ERROR(connection.Run(sql::kRebaseOutbox));
  RETURN_IF_ERROR(connection.Commit());
  return true;
}

}  // namespace ordermesh::migrate
