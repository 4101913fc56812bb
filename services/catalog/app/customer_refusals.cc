#include "services/catalog/app/customer_refusals.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;

absl::Status Refused(absl::StatusCode code, const char* reason, absl::string_view id, absl::string_view problem) {
  return domain::ToStatus({.code = code,
                           .message = absl::StrCat(kCustomer, " ", id, ": ", problem),
                           .reason = reason,
                           .resource_type = kCustomer,
                           .resource_name = std::string(id)});
}

}  // namespace

absl::Status CustomerNotFound(absl::string_view id) { return api::NotFound(reasons::kCustomerNotFound, kCustomer, id); }

absl::Status CustomerIdTaken(absl::string_view id) {
  return Refused(absl::StatusCode::kAlreadyExists, reasons::kCustomerIdTaken, id, "the id is taken; choose another");
}

absl::Status CustomerDeleted(absl::string_view id) {
  return Refused(absl::StatusCode::kFailedPrecondition, reasons::kCustomerDeleted, id, "is deleted, for good");
}

}  // namespace ordermesh::catalog
