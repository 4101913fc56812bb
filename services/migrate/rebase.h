// Makes the outbox fit another database system, after a restore; see docs/runbooks/restore.md.
#pragma once

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"

namespace ordermesh::migrate {

// Rebases the outbox and its cursors when they come from another database system or from this one's lost future, in one
// transaction. Whether it had to. No event is left out; a sink may get some again.
absl::StatusOr<bool> RebaseOutbox(postgres::Connection& connection);

}  // namespace ordermesh::migrate
