// Orders from rows, and rows from orders.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "libs/domain/order.h"
#include "libs/postgres/result.h"

namespace ordermesh::gateway {

// The order of a row whose first columns are those of sql/get_order.sql; without its lines.
domain::Order ReadOrder(const postgres::Result& rows, int row);

// Gives each order its lines. `rows`: columns as in sql/get_lines.sql, the lines of an order together and in order; the
// orders differ, and come in any order.
void AttachLines(const postgres::Result& rows, absl::Span<domain::Order* const> orders);

}  // namespace ordermesh::gateway
