#include "services/notifier/api/refusals.h"

#include <string>

#include "absl/strings/match.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/connection.h"

namespace ordermesh::notifier {

using domain::Refusal;
namespace reasons = domain::reasons;

absl::StatusOr<base::Uuid> ReadId(absl::string_view text, absl::string_view field) {
  absl::StatusOr<base::Uuid> id = base::Uuid::Parse(text);
  if (id.ok()) return id;
  return domain::IdMalformed(field);
}

absl::Status RequestIdMissing() {
  return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                           .message = "request_id: is needed, 1 to 128 visible ASCII characters",
                           .reason = reasons::kRequestIdMalformed,
                           .violations = {{.rule = reasons::kRequestIdMalformed,
                                           .field = "request_id",
                                           .description = "must be 1 to 128 visible ASCII characters"}}});
}

absl::Status RequestIdReused() {
  return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                           .message = "request_id: it was used for a resend with another filter; use a new one",
                           .reason = reasons::kIdempotencyKeyReused});
}

absl::Status AsRefusal(const absl::Status& status, absl::string_view not_found_reason) {
  Refusal refusal = {.code = status.code(), .message = std::string(status.message()), .reason = ""};
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      refusal.reason = std::string(not_found_reason);
      break;
    case absl::StatusCode::kAlreadyExists:
      refusal.code = absl::StatusCode::kFailedPrecondition;
      refusal.reason = reasons::kNotificationSent;
      break;
    case absl::StatusCode::kFailedPrecondition:
      refusal.reason = reasons::kNotificationBusy;
      break;
    case absl::StatusCode::kDeadlineExceeded:
      // Of our own pool: nobody waits for it any more.
      if (postgres::SqlState(status).empty() && !absl::StartsWith(status.message(), "rabbitmq: ")) return status;
      [[fallthrough]];
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
      refusal.code = absl::StatusCode::kUnavailable;
      if (absl::StartsWith(status.message(), "rabbitmq: ")) {
        refusal.reason = reasons::kBrokerUnavailable;
      } else if (absl::StartsWith(status.message(), "shutting down")) {
        refusal.reason = reasons::kShuttingDown;
      } else {
        refusal.reason = reasons::kDatabaseUnavailable;
        refusal.message = "the database can't be reached; retry";
      }
      break;
    case absl::StatusCode::kResourceExhausted:
      refusal.reason = reasons::kOverloaded;
      refusal.message = "too many calls are waiting; retry";
      break;
    default:
      return status;
  }
  return domain::ToStatus(refusal);
}

absl::Status AsListRefusal(const absl::Status& status) {
  if (!postgres::IsStatementTimeout(status)) return AsRefusal(status, "");
  return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                           .message = "too many notifications would have to be looked at; filter by order",
                           .reason = reasons::kFilterTooBroad});
}

}  // namespace ordermesh::notifier
