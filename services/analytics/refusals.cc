#include "services/analytics/refusals.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::analytics {
namespace {

absl::Status FieldRefused(const char* reason, absl::string_view field, absl::string_view problem) {
  domain::Refusal refusal;
  refusal.code = absl::StatusCode::kInvalidArgument;
  refusal.message = absl::StrCat(field, ": ", problem);
  refusal.reason = reason;
  refusal.violations.push_back({reason, std::string(field), std::string(problem)});
  return domain::ToStatus(refusal);
}

absl::Status Unavailable(const char* reason, absl::string_view message) {
  domain::Refusal refusal;
  refusal.code = absl::StatusCode::kUnavailable;
  refusal.message = std::string(message);
  refusal.reason = reason;
  return domain::ToStatus(refusal);
}

}  // namespace

absl::Status IdMalformed(absl::string_view field) {
  return FieldRefused(domain::reasons::kIdMalformed, field, "is not a UUID in its canonical form");
}

absl::Status FilterMalformed(absl::string_view field, absl::string_view problem) {
  return FieldRefused(domain::reasons::kFilterMalformed, field, problem);
}

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

absl::Status DatabaseFailed(const absl::Status& status) {
  base::LogWarning("query_failed", {{"error", status.message()}, {"code", absl::StatusCodeToString(status.code())}});
  if (absl::IsInternal(status) || absl::IsInvalidArgument(status)) return absl::InternalError("the query failed");
  return Unavailable(domain::reasons::kDatabaseUnavailable, "the database can't be reached; retry");
}

absl::Status BrokerUnavailable(const absl::Status& status) {
  base::LogWarning("offsets_not_read", {{"error", status.message()}});
  return Unavailable(domain::reasons::kBrokerUnavailable, "Kafka can't be reached; retry");
}

}  // namespace ordermesh::analytics
