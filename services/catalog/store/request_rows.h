// Rows of catalog.requests: which request made what.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/request.h"

namespace ordermesh::catalog {

// In an open transaction. Claims the request for `target`: nothing when it is new, and then nobody else can claim it
// before this transaction ends; otherwise the target of the earlier one, after it has ended. INVALID_ARGUMENT,
// IDEMPOTENCY_KEY_REUSED: the earlier one asked for something else, as far as its fingerprint is kept. `what` is what
// it made, "a product".
absl::StatusOr<std::optional<std::string>> ClaimRequest(postgres::Connection& connection, const Request& request,
                                                        absl::string_view target, absl::string_view what);

}  // namespace ordermesh::catalog
