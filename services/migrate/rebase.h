// Makes every outbox fit another database system, after a restore; see docs/runbooks/restore.md.
#pragma once

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"

namespace ordermesh::migrate {

// Rebases each schema's outbox and its cursors when they come from another database system or from this one's lost
// future, all in one transaction. Whether it had to. No event is left out; a sink may get some again.
absl::StatusOr<bool> RebaseOutboxes(postgres::Connection& connection);

}  // namespace ordermesh::migrate
