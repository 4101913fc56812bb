// Whether the database is there, for a process's readiness.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {

// Of a session that only looks: it has an answer within about a second, also when the server hangs.
ConnectionOptions CheckOptions(std::string url, std::string application_name);

struct DatabaseState {
  absl::Status database;  // it answers
  absl::Status schema;    // it is as new as the code needs it (see CheckMigration); as `database` when that isn't OK
};

// Looks for these migrations.
DatabaseState CheckDatabase(Connection& connection, absl::Span<const char* const> migrations);

}  // namespace ordermesh::postgres
