// Etags: which version of an order a client has seen.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/domain/order.h"

namespace ordermesh::domain {

// Opaque to clients; differs for each order and version.
std::string MakeEtag(const OrderId& id, std::int64_t version);

// The version that the etag stands for; 0 when it is another order's. With or without the quotes of RFC 9110.
// INVALID_ARGUMENT with reason ETAG_MALFORMED: not one of ours.
absl::StatusOr<std::int64_t> EtagVersion(const OrderId& id, absl::string_view etag);

}  // namespace ordermesh::domain
