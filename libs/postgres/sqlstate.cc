#include "libs/postgres/sqlstate.h"

#include <libpq-fe.h>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {
namespace {

constexpr char kPayload[] = "ordermesh/sqlstate";

struct Rule {
  const char* prefix;
  absl::StatusCode code;
};
// The first that fits.
constexpr Rule kRules[] = {
    {"40P01", absl::StatusCode::kAborted},           // deadlock detected
    {"40001", absl::StatusCode::kAborted},           // serialization failure
    {"55P03", absl::StatusCode::kAborted},           // lock not available
    {"57014", absl::StatusCode::kDeadlineExceeded},  // query canceled: statement_timeout
    {"57", absl::StatusCode::kUnavailable},          // shutdown, crash, starting up, idle session timeout
    {"08", absl::StatusCode::kUnavailable},          // connection
    {"25P03", absl::StatusCode::kUnavailable},       // idle in transaction timeout: the session is gone
    {"25006", absl::StatusCode::kUnavailable},       // read only: a standby, after a failover
    {"26000", absl::StatusCode::kUnavailable},       // the prepared statement is gone
    {"22", absl::StatusCode::kInvalidArgument},      // data exception
    {"23", absl::StatusCode::kInvalidArgument},      // integrity constraint
    {"54", absl::StatusCode::kInvalidArgument},      // a value is too large for an index or a row
    {"53", absl::StatusCode::kResourceExhausted},    // disk full, out of memory, too many connections
    {"42501", absl::StatusCode::kPermissionDenied},
};

std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(absl::StripTrailingAsciiWhitespace(text), {{"\n", " "}, {"\t", ""}});
}

}  // namespace

absl::StatusCode CodeOf(absl::string_view sqlstate) {
  for (const Rule& rule : kRules) {
    if (absl::StartsWith(sqlstate, rule.prefix)) return rule.code;
  }
  return absl::StatusCode::kInternal;
}

bool SpoilsSession(absl::string_view sqlstate) {
  return sqlstate == "26000" || sqlstate == "0A000" || sqlstate == "25006";
}

absl::Status ErrorOf(const pg_result* result, absl::string_view what) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  // libpq's own errors, a lost connection above all, have no SQLSTATE.
  if (state == nullptr) {
    return absl::UnavailableError(absl::StrCat("database: ", what, ": ", OneLine(PQresultErrorMessage(result))));
  }
  const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  // "cached plan must not change result type": 0A000 is also what an unsupported statement gives, so ask who says it.
  const char* source = PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
  const bool outdated_plan = source != nullptr && absl::string_view(source) == "RevalidateCachedQuery";
  absl::Status status(outdated_plan ? absl::StatusCode::kUnavailable : CodeOf(state),
                      absl::StrCat("database: ", what, ": ", text == nullptr ? "" : text, " (SQLSTATE ", state, ")"));
  status.SetPayload(kPayload, absl::Cord(state));
  return status;
}

bool IsFatal(const pg_result* result) {
  const char* severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity != nullptr && (absl::string_view(severity) == "FATAL" || absl::string_view(severity) == "PANIC");
}

absl::Status ConnectionError(const pg_conn* conn, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat("database: ", what, ": ", OneLine(PQerrorMessage(conn))));
}

std::string SqlState(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  return payload.has_value() ? std::string(*payload) : std::string();
}

bool IsStatementTimeout(const absl::Status& status) { return SqlState(status) == "57014"; }

}  // namespace ordermesh::postgres
