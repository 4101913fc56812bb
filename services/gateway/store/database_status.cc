#include "services/gateway/store/database_status.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/log_limit.h"
#include "libs/base/timer.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/refusals.h"

namespace ordermesh::gateway {

Trouble TroubleOf(const absl::Status& status) {
  const std::string state = postgres::SqlState(status);
  if (state == "40P01" || state == "40001") return Trouble::kDeadlock;
  if (state == "55P03") return Trouble::kLocked;
  if (status.code() == absl::StatusCode::kInvalidArgument) return Trouble::kData;
  if (status.code() == absl::StatusCode::kUnavailable) return Trouble::kConnection;
  if (status.code() == absl::StatusCode::kAborted) return Trouble::kDeadlock;
  return Trouble::kOther;
}

namespace {

void LogFault(const std::string& state, const absl::Status& status) {
  static base::FailureLog& log = *new base::FailureLog;
  const int failures = log.Add(state, base::SystemTimer().SteadyNow());
  if (failures == 0) return;
  base::LogError("database_fault", {{"sqlstate", state}, {"error", status.message()}, {"failures", failures}});
}

}  // namespace

absl::Status ToRefusal(const absl::Status& status, absl::string_view what) {
  if (!domain::RefusalOf(status).reason.empty()) return status;  // decided already
  const std::string state = postgres::SqlState(status);
  switch (TroubleOf(status)) {
    case Trouble::kDeadlock:
      return DatabaseUnavailable("too many transactions crossed");
    case Trouble::kLocked:
      return Locked(what);
    case Trouble::kConnection:
      return DatabaseUnavailable("not reachable");
    case Trouble::kData:
      if (!absl::StartsWith(state, "23")) return DataRefused(state);
      break;
    case Trouble::kOther:
      // Nobody waits for it any more: of our own pool, or of a statement that was cut short for it.
      if (state.empty() && absl::IsDeadlineExceeded(status)) return GivenUp(/*cancelled=*/false);
      if (state.empty() && absl::IsCancelled(status)) return GivenUp(/*cancelled=*/true);
      if (status.code() == absl::StatusCode::kDeadlineExceeded) return DatabaseUnavailable("it took too long");
      if (status.code() != absl::StatusCode::kResourceExhausted) break;
      // The queue of our own pool is full, or the database's disk or its connections are.
      if (state.empty()) return Overloaded("too much work is waiting for the database", absl::Milliseconds(200));
      return DatabaseUnavailable(absl::StrCat("it has no room (SQLSTATE ", state, ")"));
  }
  LogFault(state, status);
  return absl::InternalError(absl::StrCat("database: a fault of ours (SQLSTATE ", state, ")"));
}

absl::Status ToListRefusal(const absl::Status& status) {
  return postgres::IsStatementTimeout(status) ? FilterTooBroad() : ToRefusal(status, "the order");
}

}  // namespace ordermesh::gateway
