#include "services/migrate/rebase.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/migrate/sql.h"

namespace ordermesh::migrate {
namespace {

constexpr postgres::Statement kOutboxes = {"outboxes", sql::kOutboxes};
constexpr postgres::Statement kIsForeign = {"outbox_is_foreign", sql::kOutboxIsForeign};

// That of `schema`, within a transaction. Whether it had to.
absl::StatusOr<bool> Rebase(postgres::Connection& connection, absl::string_view schema) {
  RETURN_IF_ERROR(connection.Run(absl::StrCat("SET LOCAL search_path = ", schema)));
  RETURN_IF_ERROR(connection.Run(sql::kLockOutbox));
  ASSIGN_OR_RETURN(const postgres::Result foreign, connection.Execute(kIsForeign));
  if (!foreign.Bool(0, 0)) return false;
  RETURN_IF_ERROR(connection.Run(sql::kRebaseOutbox));
  return true;
}

}  // namespace

absl::StatusOr<bool> RebaseOutboxes(postgres::Connection& connection) {
  RETURN_IF_ERROR(connection.Begin());
  ASSIGN_OR_RETURN(const postgres::Result schemas, connection.Execute(kOutboxes));
  bool rebased = false;
  for (int i = 0; i < schemas.rows(); ++i) {
    ASSIGN_OR_RETURN(const bool had_to, Rebase(connection, schemas.Text(i, 0)));
    rebased |= had_to;
  }
  RETURN_IF_ERROR(connection.Commit());
  return rebased;
}

}  // namespace ordermesh::migrate
