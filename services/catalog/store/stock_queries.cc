#include "services/catalog/store/stock_queries.h"

#include <algorithm>
#include <limits>
#include <string>

#include "libs/base/status.h"
#include "services/catalog/app/product_refusals.h"
#include "services/catalog/sql.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kGetStock{"get_stock", sql::kGetStock};
constexpr Statement kScanStock{"scan_stock", sql::kScanStock};
constexpr Statement kListStock{"list_stock", sql::kListStock};
constexpr Statement kCountStock{"count_stock", sql::kCountStock};
constexpr Statement kListMovements{"list_movements", sql::kListMovements};
constexpr Statement kCountMovements{"count_movements", sql::kCountMovements};

// More than any product has.
constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();

Movement ReadMovement(const Result& rows, int row, const base::Uuid& product) {
  Movement movement;
  movement.id = rows.Uuid(row, 0);
  movement.product_id = product;
  movement.line = rows.Int4(row, 1);
  movement.kind = static_cast<MovementKind>(rows.Int4(row, 2));
  movement.available_delta = rows.Int8(row, 3);
  movement.reserved_delta = rows.Int8(row, 4);
  movement.reason = std::string(rows.Text(row, 5));
  if (!rows.IsNull(row, 6)) movement.order_id = rows.Uuid(row, 6);
  movement.created_at = rows.Timestamp(row, 7);
  return movement;
}

}  // namespace

StockLevel ReadLevel(const Result& rows, int row) {
  return {.product_id = rows.Uuid(row, 0),
          .sku = std::string(rows.Text(row, 1)),
          .available = rows.Int8(row, 2),
          .reserved = rows.Int8(row, 3),
          .version = rows.Int8(row, 4)};
}

absl::StatusOr<StockLevel> GetStock(Connection& connection, const base::Uuid& product) {
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(kGetStock, Params().Uuid(product)));
  if (rows.rows() == 0) return ProductNotFound(product);
  return ReadLevel(rows, 0);
}

absl::StatusOr<std::vector<StockLevel>> ListStock(Connection& connection, const StockQuery& query) {
  const StockPlace from = query.after.value_or(StockPlace{.available = -1});
  Connection::Pipeline pipeline(connection);
  pipeline.Send(kScanStock);
  pipeline.Send(kListStock, Params()
                                .Int8(query.available_below.value_or(kAny))
                                .Int8(from.available)
                                .Uuid(from.product_id)
                                .Int8(query.skip)
                                .Int8(query.limit));
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  std::vector<StockLevel> levels;
  levels.reserve(results[1].rows());
  for (int row = 0; row < results[1].rows(); ++row) levels.push_back(ReadLevel(results[1], row));
  return levels;
}

absl::StatusOr<std::int64_t> CountStock(Connection& connection, const std::optional<std::int64_t>& available_below,
                                        std::int64_t at_most) {
  Connection::Pipeline pipeline(connection);
  pipeline.Send(kScanStock);
  pipeline.Send(kCountStock, Params().Int8(available_below.value_or(kAny)).Int8(at_most));
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  return results[1].Int8(0, 0);
}

absl::StatusOr<std::vector<Movement>> ListStockMovements(Connection& connection, const MovementQuery& query) {
  const HistoryBounds behind = Behind(query.after);
  Connection::Pipeline pipeline(connection);
  pipeline.Send(kGetStock, Params().Uuid(query.product_id));
  pipeline.Send(kListMovements, Params()
                                    .Uuid(query.product_id)
                                    .Timestamp(behind.time)
                                    .Uuid(behind.id)
                                    .Uuid(behind.order)
                                    .Int4(static_cast<std::int32_t>(behind.line))
                                    .Int8(query.skip)
                                    .Int8(query.limit));
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  if (results[0].rows() == 0) return ProductNotFound(query.product_id);
  std::vector<Movement> movements;
  movements.reserve(results[1].rows());
  for (int row = 0; row < results[1].rows(); ++row) {
    movements.push_back(ReadMovement(results[1], row, query.product_id));
  }
  return movements;
}

absl::StatusOr<std::int64_t> CountStockMovements(Connection& connection, const base::Uuid& product,
                                                 std::int64_t at_most) {
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(kCountMovements, Params().Uuid(product).Int8(at_most)));
  return std::min(at_most, rows.Int8(0, 0));
}

}  // namespace ordermesh::catalog
