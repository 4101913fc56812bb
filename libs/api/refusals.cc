#include "libs/api/refusals.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;
using Code = absl::StatusCode;

absl::Status Refused(Code code, const char* reason, std::string message) {
  return domain::ToStatus({.code = code, .message = std::move(message), .reason = reason});
}

// The kind of failure is the reason.
absl::Status Refused(Code code, std::string message) {
  return Refused(code, domain::GeneralReason(code).id, std::move(message));
}

absl::Status Passing(Code code, const char* reason, std::string message, absl::Duration retry_after = kRetrySoon) {
  return domain::ToStatus({.code = code, .message = std::move(message), .reason = reason, .retry_after = retry_after});
}

}  // namespace

absl::Status NotFound(const char* reason, absl::string_view type, absl::string_view name) {
  return domain::ToStatus({.code = Code::kNotFound,
                           .message = absl::StrCat(type, " ", name, ": there is none"),
                           .reason = reason,
                           .resource_type = std::string(type),
                           .resource_name = std::string(name)});
}

absl::Status EtagStale(absl::string_view type, absl::string_view name) {
  return Refused(Code::kAborted, reasons::kEtagStale,
                 absl::StrCat(type, " ", name, ": it has changed since this etag was read; read it again"));
}

absl::Status IdempotencyKeyReused(absl::string_view what) {
  return Refused(Code::kInvalidArgument, reasons::kIdempotencyKeyReused,
                 absl::StrCat("request_id: it was used for ", what, " with another payload; use a new one"));
}

absl::Status BatchSizeOutOfRange(absl::string_view field, std::int64_t count, std::int64_t most) {
  return domain::FieldRefused(reasons::kBatchSizeOutOfRange, field,
                              absl::StrCat(count, " of them; must be 1 to ", most));
}

absl::Status FilterTooBroad(absl::string_view narrow) {
  return Refused(Code::kInvalidArgument, reasons::kFilterTooBroad,
                 absl::StrCat("too much would have to be looked at; ", narrow));
}

absl::Status Overloaded(absl::string_view hop, absl::string_view what, absl::Duration retry_after) {
  return Passing(Code::kResourceExhausted, reasons::kOverloaded,
                 absl::StrCat(hop, ": ", what, "; nothing was done; retry"), retry_after);
}

absl::Status Unavailable(const char* reason, absl::string_view hop, absl::string_view problem,
                         absl::Duration retry_after) {
  return Passing(Code::kUnavailable, reason, absl::StrCat(hop, ": ", problem, "; retry"), retry_after);
}

absl::Status Locked(absl::string_view hop, absl::string_view what) {
  return Unavailable(reasons::kLocked, hop, absl::StrCat(what, " is locked by another transaction"));
}

absl::Status ShuttingDown() {
  return Passing(Code::kUnavailable, reasons::kShuttingDown, "this server is stopping; retry");
}

absl::Status DeadlinePassed() {
  return Refused(Code::kDeadlineExceeded, "the deadline passed before the answer was there");
}

absl::Status CallerGone() { return Refused(Code::kCancelled, "the caller gave up"); }

absl::Status OutcomeUnknown(absl::string_view hop, absl::string_view detail) {
  return Refused(Code::kDeadlineExceeded,
                 absl::StrCat(hop, ": lost during the commit (", detail,
                              "); whether it happened is not known: repeat with the same request id to learn it"));
}

}  // namespace ordermesh::api
