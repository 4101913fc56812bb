#include "libs/domain/reasons.h"

#include <array>

namespace ordermesh::domain {
namespace {

using Code = absl::StatusCode;

constexpr std::array kReasons = {
    Reason{reasons::kOrderInvalid, Code::kInvalidArgument, 400,
           "the order breaks rules that hold whatever the state of the shop; every violation is listed"},
    Reason{reasons::kOrderRefused, Code::kFailedPrecondition, 400,
           "the order is well formed, but the state of the shop forbids it; every violation is listed"},
    Reason{reasons::kOrderTooLarge, Code::kInvalidArgument, 400, "the order's event would be larger than brokers take"},
    Reason{reasons::kOrderNotFound, Code::kNotFound, 404, "there is no such order, or it is another caller's"},
    Reason{reasons::kOrderStateForbids, Code::kFailedPrecondition, 400, "the order's state does not allow this change"},
    Reason{reasons::kEtagStale, Code::kAborted, 409, "it has changed since this etag was read; read it again"},
    Reason{reasons::kEtagMalformed, Code::kInvalidArgument, 400, "this is not an etag of this service"},
    Reason{reasons::kIdempotencyKeyReused, Code::kInvalidArgument, 422,
           "the request id was used before with another payload"},
    Reason{reasons::kRequestIdMalformed, Code::kInvalidArgument, 400,
           "a request id is 1 to 128 visible ASCII characters"},
    Reason{reasons::kRequestIdsDiffer, Code::kInvalidArgument, 400,
           "request_id and the headers Idempotency-Key are several, and differ"},
    Reason{reasons::kCallerMalformed, Code::kInvalidArgument, 400,
           "the metadata x-ordermesh-caller is not 1 to 128 visible ASCII characters"},
    Reason{reasons::kIdMalformed, Code::kInvalidArgument, 400,
           "an id is not a UUID in its canonical form, or what is given can't be a customer's id or a SKU"},
    Reason{reasons::kFilterMalformed, Code::kInvalidArgument, 400, "a filter has no such value, or its range is empty"},
    Reason{reasons::kFilterTooBroad, Code::kInvalidArgument, 400,
           "too much would have to be looked at to find what matches; narrow the window of time or add a filter"},
    Reason{reasons::kUpdateMaskInvalid, Code::kInvalidArgument, 400,
           "the update mask names what is no field or can't be written; every violation is listed"},
    Reason{reasons::kPageSizeNegative, Code::kInvalidArgument, 400, "page_size is negative"},
    Reason{reasons::kPageTokenInvalid, Code::kInvalidArgument, 400, "the page token is damaged, or another query's"},
    Reason{reasons::kSkipOutOfRange, Code::kInvalidArgument, 400, "skip is negative or more than 10,000"},
    Reason{reasons::kBatchSizeOutOfRange, Code::kInvalidArgument, 400, "a batch is empty or larger than its limit"},
    Reason{reasons::kProductInvalid, Code::kInvalidArgument, 400,
           "the product breaks rules; every violation is listed"},
    Reason{reasons::kProductNotFound, Code::kNotFound, 404, "there is no such product"},
    Reason{reasons::kProductDeleted, Code::kFailedPrecondition, 400, "the product is deleted; undelete it first"},
    Reason{reasons::kSkuTaken, Code::kAlreadyExists, 409, "another product, which may be deleted, has this SKU"},
    Reason{reasons::kCustomerInvalid, Code::kInvalidArgument, 400,
           "the customer breaks rules; every violation is listed"},
    Reason{reasons::kCustomerNotFound, Code::kNotFound, 404, "there is no such customer"},
    Reason{reasons::kCustomerIdTaken, Code::kAlreadyExists, 409,
           "another customer, who may be deleted, has this id; choose another"},
    Reason{reasons::kCustomerDeleted, Code::kFailedPrecondition, 400, "the customer is deleted, for good"},
    Reason{reasons::kStockAdjustmentInvalid, Code::kInvalidArgument, 400,
           "the adjustment of stock breaks rules; every violation is listed"},
    Reason{reasons::kStockShort, Code::kFailedPrecondition, 400, "less would be available than nothing"},
    Reason{reasons::kNotificationNotFound, Code::kNotFound, 404, "there is no such notification"},
    Reason{reasons::kNotificationBusy, Code::kFailedPrecondition, 400,
           "the notification is being sent just now, or was not tried yet"},
    Reason{reasons::kNotificationSent, Code::kFailedPrecondition, 400,
           "the notification was sent; even_if_sent sends it once more"},
    Reason{reasons::kResendNotFound, Code::kNotFound, 404, "there is no such resend"},
    Reason{reasons::kDeadLetterNotFound, Code::kNotFound, 404, "there is no such dead letter"},
    Reason{reasons::kWindowInvalid, Code::kInvalidArgument, 400,
           "the window of time is empty, reversed or longer than 400 days"},
    Reason{reasons::kTooManyRows, Code::kInvalidArgument, 400, "the answer would have more than 10,000 rows"},
    Reason{reasons::kOverloaded, Code::kResourceExhausted, 429,
           "too much is under way; nothing was done; retry after the delay"},
    Reason{reasons::kCatalogStale, Code::kUnavailable, 503,
           "the snapshot of the catalogue is missing or too old; nothing was done; retry"},
    Reason{reasons::kValidationUnavailable, Code::kUnavailable, 503,
           "no validator could be reached; nothing was stored; retry with the same request id"},
    Reason{reasons::kDatabaseUnavailable, Code::kUnavailable, 503,
           "the database could not be reached; retry with the same request id"},
    Reason{reasons::kLocked, Code::kUnavailable, 503,
           "another transaction holds what is needed for longer than we wait; nothing was changed; retry"},
    Reason{reasons::kBrokerUnavailable, Code::kUnavailable, 503, "a message broker could not be reached; retry"},
    Reason{reasons::kShuttingDown, Code::kUnavailable, 503, "this server is stopping; another one will answer; retry"},

    // Kinds of failure, for what has no reason of its own.
    Reason{"CANCELLED", Code::kCancelled, 499,
           "the caller gave up; or the call reached a server just as it shut down, which gRPC answers so: retry with "
           "the same "
           "request id"},
    Reason{"UNKNOWN", Code::kUnknown, 500, "an unexpected failure; it is in the service's log"},
    Reason{"INVALID_ARGUMENT", Code::kInvalidArgument, 400, "the request is malformed; the message says where"},
    Reason{"DEADLINE_EXCEEDED", Code::kDeadlineExceeded, 504,
           "it took too long; whether it happened is unknown: retry with the same request id"},
    Reason{"NOT_FOUND", Code::kNotFound, 404, "there is no such thing"},
    Reason{"ALREADY_EXISTS", Code::kAlreadyExists, 409, "it exists already"},
    Reason{"PERMISSION_DENIED", Code::kPermissionDenied, 403, "the caller may not do this"},
    Reason{"UNAUTHENTICATED", Code::kUnauthenticated, 401, "who calls is not known"},
    Reason{"RESOURCE_EXHAUSTED", Code::kResourceExhausted, 429, "a limit was reached; retry after the delay"},
    Reason{"FAILED_PRECONDITION", Code::kFailedPrecondition, 400, "the state of the system does not allow it"},
    Reason{"ABORTED", Code::kAborted, 409, "something else changed it at the same time; read it again and retry"},
    Reason{"OUT_OF_RANGE", Code::kOutOfRange, 400, "a value is outside its range"},
    Reason{"UNIMPLEMENTED", Code::kUnimplemented, 501, "there is no such method"},
    Reason{"INTERNAL", Code::kInternal, 500, "a fault of the service; it is in its log under the trace id"},
    Reason{"UNAVAILABLE", Code::kUnavailable, 503, "something that is needed can't be reached; retry"},
    Reason{"DATA_LOSS", Code::kDataLoss, 500, "stored data is damaged"},
};

}  // namespace

absl::Span<const Reason> Reasons() { return kReasons; }

const Reason* FindReason(absl::string_view id) {
  for (const Reason& reason : kReasons) {
    if (id == reason.id) return &reason;
  }
  return nullptr;
}

const Reason& GeneralReason(absl::StatusCode code) {
  const Reason* reason = FindReason(absl::StatusCodeToString(code));
  return reason != nullptr ? *reason : *FindReason("UNKNOWN");
}

}  // namespace ordermesh::domain
