#include "libs/postgres/database_check.h"

#include <utility>

#include "libs/postgres/schema_check.h"

namespace ordermesh::postgres {

ConnectionOptions CheckOptions(std::string url, std::string application_name) {
  return {.url = std::move(url),
          .application_name = std::move(application_name),
          .connect_timeout = absl::Seconds(1),
          .statement_timeout = absl::Milliseconds(800),
          .answer_margin = absl::Milliseconds(300)};
}

DatabaseState CheckDatabase(Connection& connection, absl::Span<const char* const> migrations) {
  // First, so that a URL that can't be read is not taken for an outdated schema: both are kFailedPrecondition.
  if (absl::Status connected = connection.Connect(); !connected.ok()) return {connected, connected};
  for (const char* migration : migrations) {
    absl::Status applied = CheckMigration(connection, migration);
    if (absl::IsFailedPrecondition(applied)) return {absl::OkStatus(), std::move(applied)};
    if (!applied.ok()) return {applied, applied};
  }
  return {};
}

}  // namespace ordermesh::postgres
