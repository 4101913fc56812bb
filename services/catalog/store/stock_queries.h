// What is read of stock. Each blocks, and fails with a status of `connection`, or with a refusal of StockStore's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/stock_store.h"

namespace ordermesh::catalog {

// The level of a row whose columns are those of sql/get_stock.sql.
StockLevel ReadLevel(const postgres::Result& rows, int row);

absl::StatusOr<StockLevel> GetStock(postgres::Connection& connection, const base::Uuid& product);
absl::StatusOr<std::vector<StockLevel>> ListStock(postgres::Connection& connection, const StockQuery& query);
absl::StatusOr<std::int64_t> CountStock(postgres::Connection& connection,
                                        const std::optional<std::int64_t>& available_below, std::int64_t at_most);
absl::StatusOr<std::vector<Movement>> ListStockMovements(postgres::Connection& connection, const MovementQuery& query);
absl::StatusOr<std::int64_t> CountStockMovements(postgres::Connection& connection, const base::Uuid& product,
                                                 std::int64_t at_most);

}  // namespace ordermesh::catalog
