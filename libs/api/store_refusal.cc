#include "libs/api/store_refusal.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/base/log.h"
#include "libs/base/log_limit.h"
#include "libs/base/timer.h"
#include "libs/domain/refusal.h"

namespace ordermesh::api {
namespace {

using base::StoreTrouble;

void Log(const absl::Status& status, const base::StoreFailure& failure, absl::string_view store) {
  static base::FailureLog& log = *new base::FailureLog;
  const std::string code = failure.code.empty() ? absl::StatusCodeToString(status.code()) : failure.code;
  const int failures = log.Add(absl::StrCat(store, " ", code), base::SystemTimer().SteadyNow());
  if (failures == 0) return;
  base::LogError("store_failed",
                 {{"store", store}, {"code", code}, {"error", status.message()}, {"failures", failures}});
}

}  // namespace

absl::Status StoreRefusal(const absl::Status& status, const base::StoreFailure& failure, const StoreWords& words) {
  if (!domain::RefusalOf(status).reason.empty()) return status;
  const auto unavailable = [&](absl::string_view problem) {
    Log(status, failure, words.store);
    return Unavailable(words.unavailable, words.store, problem);
  };
  switch (failure.trouble) {
    case StoreTrouble::kConflict:
      return Unavailable(words.unavailable, words.store, "too many transactions crossed");
    case StoreTrouble::kLocked:
      return Locked(words.store, words.subject);
    case StoreTrouble::kUnstorable:
      if (words.unstorable == nullptr) break;
      return domain::ToStatus(
          {.code = absl::StatusCode::kInvalidArgument,
           .message = absl::StrCat(words.store, ": it can't hold what was sent (", failure.code, ")"),
           .reason = words.unstorable});
    case StoreTrouble::kUnreachable:
      return unavailable("not reachable");
    case StoreTrouble::kTooSlow:
      return words.narrow.empty() ? unavailable("it took too long") : FilterTooBroad(words.narrow);
    case StoreTrouble::kNoRoom:
      return unavailable(absl::StrCat("it has no room (", failure.code, ")"));
    case StoreTrouble::kQueueFull:
      return Overloaded(words.store, "too much work is waiting for it");
    case StoreTrouble::kStopping:
      return ShuttingDown();
    case StoreTrouble::kExpired:
      return DeadlinePassed();
    case StoreTrouble::kGone:
      return CallerGone();
    case StoreTrouble::kConstraint:
    case StoreTrouble::kFault:
      break;
  }
  Log(status, failure, words.store);
  return absl::InternalError(absl::StrCat(words.store, ": a fault of ours (", failure.code, ")"));
}

}  // namespace ordermesh::api
