#include "services/analytics/api/refusals.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/log_limit.h"
#include "libs/base/timer.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/connection.h"

namespace ordermesh::analytics {
namespace {

using domain::FieldRefused;

absl::Status Retriable(absl::StatusCode code, const char* reason, absl::string_view message) {
  return domain::ToStatus({.code = code, .message = std::string(message), .reason = reason});
}

absl::Status Unavailable(const char* reason, absl::string_view message) {
  return Retriable(absl::StatusCode::kUnavailable, reason, message);
}

void LogFailure(absl::string_view event, const absl::Status& status, base::FailureLog& log) {
  const std::string code = absl::StatusCodeToString(status.code());
  const int failures = log.Add(code, base::SystemTimer().SteadyNow());
  if (failures == 0) return;
  base::LogWarning(event, {{"error", status.message()}, {"code", code}, {"failures", failures}});
}

// The database works, and its own limit on a statement was reached: a repeat would fare no better.
absl::Status FilterTooBroad() {
  domain::Refusal refusal;
  refusal.code = absl::StatusCode::kInvalidArgument;
  refusal.message = "too many sales would have to be looked at; narrow the window, or ask for one product";
  refusal.reason = domain::reasons::kFilterTooBroad;
  return domain::ToStatus(refusal);
}

}  // namespace

absl::Status WindowInvalid(absl::string_view field, absl::string_view problem) {
  return FieldRefused(domain::reasons::kWindowInvalid, field, problem);
}

absl::Status TooManyRows(int most) {
  domain::Refusal refusal;
  refusal.code = absl::StatusCode::kInvalidArgument;
  refusal.message = absl::StrCat("more than ", most, " rows; narrow the window, or group by less");
  refusal.reason = domain::reasons::kTooManyRows;
  return domain::ToStatus(refusal);
}

absl::Status NotRun(const absl::Status& status) {
  if (!domain::RefusalOf(status).reason.empty()) return status;  // it was run
  if (absl::IsResourceExhausted(status)) {
    return Retriable(status.code(), domain::reasons::kOverloaded, "too many calls are waiting; retry");
  }
  if (!absl::IsUnavailable(status)) return status;
  return Unavailable(domain::reasons::kShuttingDown, "this server is stopping; retry");
}

absl::Status DatabaseFailed(const absl::Status& status) {
  if (postgres::IsStatementTimeout(status)) return FilterTooBroad();
  if (absl::IsDeadlineExceeded(status)) return status;  // Of the caller: no fault of the database's.
  static base::FailureLog& log = *new base::FailureLog;
  LogFailure("query_failed", status, log);
  if (absl::IsInternal(status) || absl::IsInvalidArgument(status)) return absl::InternalError("the query failed");
  return Unavailable(domain::reasons::kDatabaseUnavailable, "the database can't be reached; retry");
}

absl::Status BrokerUnavailable(const absl::Status& status) {
  static base::FailureLog& log = *new base::FailureLog;
  LogFailure("offsets_not_read", status, log);
  return Unavailable(domain::reasons::kBrokerUnavailable, "Kafka can't be reached; retry");
}

}  // namespace ordermesh::analytics
