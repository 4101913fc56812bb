#include "libs/postgres/database.h"

#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/postgres/schema_check.h"

namespace ordermesh::postgres {
namespace {

std::string NameOf(const Database& database, absl::string_view purpose) {
  return purpose.empty() ? database.application : absl::StrCat(database.application, " ", purpose);
}

}  // namespace

ConnectionOptions Database::Worker(absl::string_view purpose) const {
  return {.url = url, .application_name = NameOf(*this, purpose), .session_sql = session_sql};
}

ConnectionOptions Database::Queries(absl::string_view purpose, absl::Duration statement_timeout) const {
  ConnectionOptions options = Worker(purpose);
  options.statement_timeout = statement_timeout;
  return options;
}

ConnectionOptions CheckOptions(std::string url, std::string application_name) {
  return {.url = std::move(url),
          .application_name = std::move(application_name),
          .connect_timeout = absl::Seconds(1),
          .statement_timeout = absl::Milliseconds(800),
          .answer_margin = absl::Milliseconds(300)};
}

ConnectionOptions Database::Checks(absl::string_view purpose) const {
  return CheckOptions(url, NameOf(*this, purpose));
}

DatabaseState CheckDatabase(Connection& connection, const Database& database) {
  // First, so that a URL that can't be read is not taken for an outdated schema: both are kFailedPrecondition.
  if (absl::Status connected = connection.Connect(); !connected.ok()) return {connected, connected};
  for (const std::string& migration : database.migrations) {
    absl::Status applied = CheckMigration(connection, migration);
    if (absl::IsFailedPrecondition(applied)) return {absl::OkStatus(), std::move(applied)};
    if (!applied.ok()) return {applied, applied};
  }
  return {};
}

DatabaseMonitor::DatabaseMonitor(Database database, absl::Duration interval, Report report, base::Timer& timer,
                                 Look look)
    : database_(std::move(database)),
      report_(std::move(report)),
      look_(std::move(look)),
      connection_(database_.Checks("check")),
      looks_(
          interval, [this](std::stop_token) { LookOnce(); }, timer) {}

void DatabaseMonitor::LookOnce() {
  DatabaseState state = CheckDatabase(connection_, database_);
  if (state.schema.ok() && look_) state.database = look_(connection_);
  report_(kDatabase, state.database);
  report_(kSchema, state.schema);
}

}  // namespace ordermesh::postgres
