#include "services/migrate/schema.h"

#include <utility>

#include "libs/base/status.h"
#include "services/migrate/embedded_migrations.h"
#include "services/migrate/sql.h"

namespace ordermesh::migrate {
namespace {

constexpr postgres::Statement kHoldPassword = {"hold_password", sql::kHoldPassword};

}  // namespace

postgres::MigrationSet EmbeddedMigrations() {
  postgres::MigrationSet set;
  set.before = sql::kRoles;
  for (const EmbeddedMigration& migration : kEmbeddedMigrations) {
    set.migrations.push_back({migration.name, migration.sql});
  }
  set.after = sql::kGrants;
  return set;
}

postgres::ConnectionOptions SessionOptions(std::string url) {
  return {.url = std::move(url),
          .application_name = "ordermesh-migrate",
          .statement_timeout = absl::ZeroDuration(),
          .lock_timeout = absl::Seconds(2)};
}

absl::Status SetRolePasswords(postgres::Connection& connection, const std::string& password) {
  RETURN_IF_ERROR(connection.Begin());
  RETURN_IF_ERROR(connection.Execute(kHoldPassword, postgres::Params().Text(password)).status());
  if (absl::Status set = connection.Run(sql::kSetPasswords); !set.ok()) return base::Annotate(set, "role_password");
  return connection.Commit();
}

}  // namespace ordermesh::migrate
