// What an error of PostgreSQL means to the caller.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

struct pg_conn;
struct pg_result;

namespace ordermesh::postgres {

// The code for a SQLSTATE, as the comment of Connection lists them.
absl::StatusCode CodeOf(absl::string_view sqlstate);

// Whether the session that gave this error is of no more use, although the connection stands: it holds plans that a
// migration has outdated, or it is a standby's after a failover.
bool SpoilsSession(absl::string_view sqlstate);

// `what` is the statement's name, or what was being done. Carries the SQLSTATE; the text is the server's primary
// message, never its detail, which may quote the row.
absl::Status ErrorOf(const pg_result* result, absl::string_view what);
// Whether the server ended the session with it.
bool IsFatal(const pg_result* result);

// kUnavailable, in libpq's words: there is no server's answer.
absl::Status ConnectionError(const pg_conn* conn, absl::string_view what);

}  // namespace ordermesh::postgres
