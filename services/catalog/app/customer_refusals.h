// What only customers are refused for. Each carries a domain::Refusal with its reason.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::catalog {

// google.rpc.ResourceInfo's type.
inline constexpr char kCustomer[] = "Customer";

absl::Status CustomerNotFound(absl::string_view id);
absl::Status CustomerIdTaken(absl::string_view id);
absl::Status CustomerDeleted(absl::string_view id);

}  // namespace ordermesh::catalog
