// Whether the database is as new as the code needs it.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {

// Whether migration `name` ("orders/0001_orders") is applied; one indexed look-up, fit for a readiness check.
//   kFailedPrecondition  it is not, or no migration ever was; the text says what to run
//   otherwise            as Connection
absl::Status CheckMigration(Connection& connection, absl::string_view name);

}  // namespace ordermesh::postgres
