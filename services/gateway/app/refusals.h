// What only the gateway refuses. Each carries a domain::Refusal with its reason.
#pragma once

#include <cstddef>

#include "absl/status/status.h"
#include "libs/domain/order.h"

namespace ordermesh::gateway {

absl::Status OrderNotFound(const domain::OrderId& id);
absl::Status EtagStale(const domain::OrderId& id);
absl::Status IdempotencyKeyReused();
absl::Status OrderTooLarge(std::size_t bytes, std::size_t limit);

}  // namespace ordermesh::gateway
