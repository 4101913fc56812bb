#include "services/gateway/app/refusals.h"

#include "absl/strings/str_cat.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using domain::FieldRefused;
using domain::ToStatus;

// Reasons that are codes.
constexpr char kCancelled[] = "CANCELLED";
constexpr char kDeadlineExceeded[] = "DEADLINE_EXCEEDED";

constexpr absl::Duration kRetrySoon = absl::Milliseconds(200);

absl::Status Refused(absl::StatusCode code, const char* reason, std::string message) {
  return ToStatus({.code = code, .message = std::move(message), .reason = reason});
}

absl::Status Unavailable(const char* reason, std::string message) {
  return ToStatus({.code = absl::StatusCode::kUnavailable,
                   .message = std::move(message),
                   .reason = reason,
                   .retry_after = kRetrySoon});
}

}  // namespace

absl::Status OrderNotFound(const domain::OrderId& id) {
  return ToStatus({.code = absl::StatusCode::kNotFound,
                   .message = absl::StrCat("order ", id.ToString(), ": there is none"),
                   .reason = reasons::kOrderNotFound,
                   .resource_type = "Order",
                   .resource_name = id.ToString()});
}

absl::Status CallerMalformed() {
  return Refused(absl::StatusCode::kInvalidArgument, reasons::kCallerMalformed,
                 "x-ordermesh-caller: 1 to 128 visible ASCII characters are needed");
}

absl::Status CustomerIdMalformed(absl::string_view problem) {
  return FieldRefused(reasons::kIdMalformed, "customer_id", problem);
}

absl::Status EtagStale(const domain::OrderId& id) {
  return Refused(absl::StatusCode::kAborted, reasons::kEtagStale,
                 absl::StrCat("order ", id.ToString(), ": it has changed since this etag was read; read it again"));
}

absl::Status IdempotencyKeyReused() {
  return Refused(absl::StatusCode::kInvalidArgument, reasons::kIdempotencyKeyReused,
                 "request_id: it was used for an order with another payload; use a new one for a new order");
}

absl::Status OrderTooLarge(std::size_t bytes, std::size_t limit) {
  return Refused(absl::StatusCode::kInvalidArgument, reasons::kOrderTooLarge,
                 absl::StrCat("order: it, or its event, would have ", bytes, " bytes; at most ", limit, " are taken"));
}

absl::Status Overloaded(absl::string_view what, absl::Duration retry_after) {
  return ToStatus({.code = absl::StatusCode::kResourceExhausted,
                   .message = absl::StrCat("gateway: ", what, "; nothing was stored; retry"),
                   .reason = reasons::kOverloaded,
                   .retry_after = retry_after});
}

absl::Status ShuttingDown() { return Unavailable(reasons::kShuttingDown, "gateway: this server is stopping; retry"); }

absl::Status GivenUp(bool cancelled) {
  if (cancelled) return Refused(absl::StatusCode::kCancelled, kCancelled, "the caller gave up; nothing was changed");
  return Refused(absl::StatusCode::kDeadlineExceeded, kDeadlineExceeded,
                 "gateway: the deadline passed before the database had decided; nothing was changed");
}

absl::Status ValidationUnavailable(absl::string_view detail) {
  return Unavailable(reasons::kValidationUnavailable,
                     absl::StrCat("validation: ", detail, "; nothing was stored; retry"));
}

absl::Status DatabaseUnavailable(absl::string_view detail) {
  return Unavailable(reasons::kDatabaseUnavailable, absl::StrCat("database: ", detail, "; nothing was stored; retry"));
}

absl::Status FilterTooBroad() {
  return Refused(absl::StatusCode::kInvalidArgument, reasons::kFilterTooBroad,
                 "too many orders would have to be looked at; narrow the window of time, or filter by customer");
}

absl::Status OutcomeUnknown(absl::string_view detail) {
  return Refused(absl::StatusCode::kDeadlineExceeded, kDeadlineExceeded,
                 absl::StrCat("database: lost during the commit (", detail,
                              "); whether it happened is not known: repeat with the same request id to learn it"));
}

absl::Status Locked(absl::string_view what) {
  return Unavailable(reasons::kLocked,
                     absl::StrCat("database: ", what, " is locked by another transaction; nothing was stored; retry"));
}

absl::Status DataRefused(absl::string_view sqlstate) {
  return Refused(absl::StatusCode::kInvalidArgument, reasons::kOrderInvalid,
                 absl::StrCat("order: the database can't hold what it says (SQLSTATE ", sqlstate, ")"));
}

}  // namespace ordermesh::gateway
