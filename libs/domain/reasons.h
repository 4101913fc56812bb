// The reasons of refusals: google.rpc.ErrorInfo.reason, and over HTTP the problem's `type`. Stable: clients branch on
// them. docs/errors.md explains each and is tested against this table.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ordermesh::domain {

struct Reason {
  const char* id;
  absl::StatusCode code;  // the only code that it comes with
  int http_status;        // what the edge makes of it
  const char* meaning;
};

namespace reasons {

// Orders.
inline constexpr char kOrderInvalid[] = "ORDER_INVALID";
inline constexpr char kOrderRefused[] = "ORDER_REFUSED";
inline constexpr char kOrderTooLarge[] = "ORDER_TOO_LARGE";
inline constexpr char kOrderNotFound[] = "ORDER_NOT_FOUND";
inline constexpr char kOrderStateForbids[] = "ORDER_STATE_FORBIDS";
inline constexpr char kEtagStale[] = "ETAG_STALE";
inline constexpr char kEtagMalformed[] = "ETAG_MALFORMED";
// Requests.
inline constexpr char kIdempotencyKeyReused[] = "IDEMPOTENCY_KEY_REUSED";
inline constexpr char kRequestIdMalformed[] = "REQUEST_ID_MALFORMED";
inline constexpr char kRequestIdsDiffer[] = "REQUEST_IDS_DIFFER";
inline constexpr char kCallerMalformed[] = "CALLER_MALFORMED";
inline constexpr char kIdMalformed[] = "ID_MALFORMED";
inline constexpr char kFilterMalformed[] = "FILTER_MALFORMED";
inline constexpr char kFilterTooBroad[] = "FILTER_TOO_BROAD";
inline constexpr char kUpdateMaskInvalid[] = "UPDATE_MASK_INVALID";
inline constexpr char kPageSizeNegative[] = "PAGE_SIZE_NEGATIVE";
inline constexpr char kPageTokenInvalid[] = "PAGE_TOKEN_INVALID";
inline constexpr char kSkipOutOfRange[] = "SKIP_OUT_OF_RANGE";
inline constexpr char kBatchSizeOutOfRange[] = "BATCH_SIZE_OUT_OF_RANGE";
// The catalogue.
inline constexpr char kProductInvalid[] = "PRODUCT_INVALID";
inline constexpr char kProductNotFound[] = "PRODUCT_NOT_FOUND";
inline constexpr char kProductDeleted[] = "PRODUCT_DELETED";
inline constexpr char kSkuTaken[] = "SKU_TAKEN";
inline constexpr char kCustomerInvalid[] = "CUSTOMER_INVALID";
inline constexpr char kCustomerNotFound[] = "CUSTOMER_NOT_FOUND";
inline constexpr char kCustomerIdTaken[] = "CUSTOMER_ID_TAKEN";
inline constexpr char kCustomerDeleted[] = "CUSTOMER_DELETED";
// Stock.
inline constexpr char kStockAdjustmentInvalid[] = "STOCK_ADJUSTMENT_INVALID";
inline constexpr char kStockShort[] = "STOCK_SHORT";
// Notifications.
inline constexpr char kNotificationNotFound[] = "NOTIFICATION_NOT_FOUND";
inline constexpr char kNotificationBusy[] = "NOTIFICATION_BUSY";
inline constexpr char kNotificationSent[] = "NOTIFICATION_SENT";
inline constexpr char kResendNotFound[] = "RESEND_NOT_FOUND";
inline constexpr char kDeadLetterNotFound[] = "DEAD_LETTER_NOT_FOUND";
// Analytics.
inline constexpr char kWindowInvalid[] = "WINDOW_INVALID";
inline constexpr char kTooManyRows[] = "TOO_MANY_ROWS";
// The state of the system.
inline constexpr char kOverloaded[] = "OVERLOADED";
inline constexpr char kCatalogStale[] = "CATALOG_STALE";
inline constexpr char kValidationUnavailable[] = "VALIDATION_UNAVAILABLE";
inline constexpr char kDatabaseUnavailable[] = "DATABASE_UNAVAILABLE";
inline constexpr char kLocked[] = "LOCKED";
inline constexpr char kBrokerUnavailable[] = "BROKER_UNAVAILABLE";
inline constexpr char kShuttingDown[] = "SHUTTING_DOWN";

}  // namespace reasons

// Every reason, those of kinds of failure last.
absl::Span<const Reason> Reasons();

// nullptr: there is no such reason.
const Reason* FindReason(absl::string_view id);

// The reason of a status that names none: the code's own name, "UNAVAILABLE". Never of kOk.
const Reason& GeneralReason(absl::StatusCode code);

}  // namespace ordermesh::domain
