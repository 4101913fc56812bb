#include "libs/postgres/schema_check.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::postgres {
namespace {

constexpr Statement kFind = {"find_migration", "SELECT 1 FROM ordermesh.migrations WHERE name = $1"};

}  // namespace

absl::Status CheckMigration(Connection& connection, absl::string_view name) {
  const absl::StatusOr<Result> found = connection.Execute(kFind, Params().Text(name));
  const std::string state = SqlState(found.status());
  // 42P01, 3F000: no such table or schema; nothing has been applied yet.
  const bool none_applied = state == "42P01" || state == "3F000";
  if (!found.ok() && !none_applied) return base::Annotate(found.status(), "schema check");
  if (none_applied || found->rows() == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("database: migration ", name, " is not applied; run ordermesh-migrate"));
  }
  return absl::OkStatus();
}

}  // namespace ordermesh::postgres
