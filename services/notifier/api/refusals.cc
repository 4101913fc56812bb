#include "services/notifier/api/refusals.h"

#include <string>

#include "libs/api/store_refusal.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/failure.h"

namespace ordermesh::notifier {
namespace {

namespace reasons = domain::reasons;

}  // namespace

absl::Status AsRefusal(const absl::Status& status, absl::string_view not_found_reason) {
  const auto told = [&](absl::StatusCode code, absl::string_view reason) {
    return domain::ToStatus({.code = code, .message = std::string(status.message()), .reason = std::string(reason)});
  };
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return told(status.code(), not_found_reason);
    case absl::StatusCode::kAlreadyExists:
      return told(absl::StatusCode::kFailedPrecondition, reasons::kNotificationSent);
    case absl::StatusCode::kFailedPrecondition:
      return told(status.code(), reasons::kNotificationBusy);
    default:
      return api::StoreRefusal(status, postgres::FailureOf(status), {});
  }
}

absl::Status AsListRefusal(const absl::Status& status) {
  return api::StoreRefusal(status, postgres::FailureOf(status), {.narrow = "filter by order"});
}

}  // namespace ordermesh::notifier
