#include "services/analytics/api/refusals.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/api/store_refusal.h"
#include "libs/base/log.h"
#include "libs/base/log_limit.h"
#include "libs/base/timer.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/failure.h"

namespace ordermesh::analytics {

absl::Status WindowInvalid(absl::string_view field, absl::string_view problem) {
  return domain::FieldRefused(domain::reasons::kWindowInvalid, field, problem);
}

absl::Status TooManyRows(int most) {
  return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                           .message = absl::StrCat("more than ", most, " rows; narrow the window, or group by less"),
                           .reason = domain::reasons::kTooManyRows});
}

absl::Status StoreRefused(const absl::Status& status) {
  return api::StoreRefusal(status, postgres::FailureOf(status),
                           {.narrow = "narrow the window, or ask for one product"});
}

absl::Status BrokerUnavailable(const absl::Status& status) {
  static base::FailureLog& log = *new base::FailureLog;
  const std::string code = absl::StatusCodeToString(status.code());
  if (const int failures = log.Add(code, base::SystemTimer().SteadyNow()); failures > 0) {
    base::LogWarning("offsets_not_read", {{"error", status.message()}, {"code", code}, {"failures", failures}});
  }
  return api::Unavailable(domain::reasons::kBrokerUnavailable, "kafka", "not reachable");
}

}  // namespace ordermesh::analytics
