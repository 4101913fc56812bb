#include "services/catalog/store/adjust_stock.h"

#include <optional>
#include <string>
#include <vector>

#include "libs/base/status.h"
#include "libs/postgres/repeat.h"
#include "services/catalog/app/product_refusals.h"
#include "services/catalog/sql.h"
#include "services/catalog/store/change_lock.h"
#include "services/catalog/store/outbox_rows.h"
#include "services/catalog/store/request_rows.h"
#include "services/catalog/store/stock_queries.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kLockStock{"lock_stock", sql::kLockStock};
constexpr Statement kOpenStock{"open_stock", sql::kOpenStock};
constexpr Statement kAdjustStock{"adjust_stock", sql::kAdjustStock};
constexpr Statement kInsertAdjustment{"insert_adjustment", sql::kInsertAdjustment};

// Begins a transaction, awaits the adjustments of the product that came before, and locks its row, which is made when
// there is none. As it is after waiting.
absl::StatusOr<StockLevel> Lock(Connection& connection, const base::Uuid& product) {
  Connection::Pipeline pipeline(connection);
  pipeline.Begin();
  SendChangeLock(pipeline, "stock", product.ToString());
  pipeline.Send(kLockStock, Params().Uuid(product));
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  if (results[1].rows() == 1) return ReadLevel(results[1], 0);
  RETURN_IF_ERROR(connection.Execute(kOpenStock, Params().Uuid(product)).status());
  ASSIGN_OR_RETURN(const Result opened, connection.Execute(kLockStock, Params().Uuid(product)));
  if (opened.rows() == 1) return ReadLevel(opened, 0);
  return ProductNotFound(product);
}

// Changes the row and its history; the level and the movement become what was stored.
absl::Status Change(Connection& connection, const Adjustment& adjustment, StockLevel& level, Movement& movement) {
  Connection::Pipeline pipeline(connection);
  pipeline.Send(kAdjustStock, Params().Uuid(level.product_id).Int8(movement.available_delta));
  pipeline.Send(kInsertAdjustment,
                Params().Uuid(level.product_id).Int8(movement.available_delta).Text(adjustment.reason));
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  if (results[0].rows() != 1) return absl::InternalError("the stock is gone although its row is locked");
  level.available = results[0].Int8(0, 0);
  level.version = results[0].Int8(0, 1);
  movement.id = results[1].Uuid(0, 0);
  movement.created_at = results[1].Timestamp(0, 1);
  return absl::OkStatus();
}

absl::StatusOr<StockLevel> Adjust(Connection& connection, const CatalogEvents& events, const Adjustment& adjustment) {
  ASSIGN_OR_RETURN(StockLevel level, Lock(connection, adjustment.product_id));
  ASSIGN_OR_RETURN(
      const std::optional<std::string> earlier,
      ClaimRequest(connection, adjustment.request, adjustment.product_id.ToString(), "an adjustment of stock"));
  if (earlier.has_value()) return level;
  ASSIGN_OR_RETURN(const std::int64_t delta, DeltaOf(adjustment.change, level));
  Connection::Pipeline pipeline(connection);
  if (delta != 0) {
    Movement movement{.product_id = level.product_id, .available_delta = delta, .reason = adjustment.reason};
    RETURN_IF_ERROR(Change(connection, adjustment, level, movement));
    SendEvent(pipeline, adjustment.event_id, events.OfStock(level, movement, adjustment.traceparent));
  }
  // With the request in any case: a count that was right changes nothing when it comes again, either.
  pipeline.Commit();
  RETURN_IF_ERROR(pipeline.Finish().status());
  return level;
}

}  // namespace

absl::StatusOr<StockLevel> TryAdjust(Connection& connection, const CatalogEvents& events,
                                     const Adjustment& adjustment) {
  return postgres::EndAttempt(connection, Adjust(connection, events, adjustment));
}

}  // namespace ordermesh::catalog
