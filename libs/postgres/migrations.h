// Brings a database's schema up to date. What was applied stands in ordermesh.migrations.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {

// One whose first line is "-- Without a transaction." runs statement by statement, each of which ends with a line, for
// CREATE INDEX CONCURRENTLY. It is recorded behind the last: broken off, it is run again from its beginning, and has to
// bear that.
struct Migration {
  std::string name;  // "<schema>/NNNN_<words>"
  std::string sql;
};

struct MigrationSet {
  // Run each time, in one transaction each, before and behind the migrations: roles and rights. They may be run again.
  std::string before;
  std::vector<Migration> migrations;
  std::string after;
};

// What tells whether an applied migration was edited since. Line ends at its end don't count.
std::string MigrationChecksum(absl::string_view sql);

// By number, then by schema: 0002 of one schema may rely on 0001 of another. kInvalidArgument: a name is not of the
// form, or twice there.
absl::Status OrderMigrations(std::vector<Migration>& migrations);

// Applies those that are missing, in order, one transaction each (see Migration), under an advisory lock. Gives the
// names of what it applied. Migrations that the database has and `set` has not are let be: a newer release was there.
// To be run again, by a caller that waits, after:
//   kUnavailable         no server, or another run holds the lock
//   kAborted             somebody held a lock on a table
// Not after:
//   kFailedPrecondition  an applied migration was edited since, or one ends its own transaction
//   otherwise            a migration failed, as Connection; its name stands in the text, and of one that runs in a
//   transaction nothing is
//                        left
absl::StatusOr<std::vector<std::string>> ApplyMigrations(Connection& connection, MigrationSet set);

}  // namespace ordermesh::postgres
