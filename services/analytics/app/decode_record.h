// From a record to what counting needs of it.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "libs/stream/partition.h"
#include "services/analytics/app/sale_event.h"

namespace ordermesh::analytics {

// The event of a record; none for events of orders that sales do not depend on: deliveries, and types that may come
// later.
// INVALID_ARGUMENT, with a reason that may be shown to an operator: it is no event that can be counted, and never will
// be.
absl::StatusOr<std::optional<SaleEvent>> DecodeRecord(const stream::Record& record);

}  // namespace ordermesh::analytics
