// The database's part of the work.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/migrations.h"

namespace ordermesh::migrate {

// What this program carries: the files of migrations/, and the roles and rights of sql/.
postgres::MigrationSet EmbeddedMigrations();

// The session that migrations run in: no limit on a statement, and a limit on waiting for locks, since whoever waits
// for an exclusive lock holds up everyone behind it.
postgres::ConnectionOptions SessionOptions(std::string url);

// Gives every service's role this password.
absl::Status SetRolePasswords(postgres::Connection& connection, const std::string& password);

}  // namespace ordermesh::migrate
