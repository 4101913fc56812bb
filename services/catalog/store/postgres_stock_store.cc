#include "services/catalog/store/postgres_stock_store.h"

#include <utility>

#include "services/catalog/store/adjust_stock.h"
#include "services/catalog/store/stock_queries.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;

constexpr api::StoreWords kWords{.subject = "the stock"};
constexpr api::StoreWords kListWords{.subject = "the stock", .narrow = "filter by a lower available_below"};

}  // namespace

aio::Task<absl::StatusOr<StockLevel>> PostgresStockStore::Get(aio::Waiter waiter, base::Uuid product) {
  return sessions_.Read(waiter, kWords, [product](Connection& connection) { return GetStock(connection, product); });
}

aio::Task<absl::StatusOr<std::vector<StockLevel>>> PostgresStockStore::List(aio::Waiter waiter, StockQuery query) {
  return sessions_.Read(waiter, kListWords, [query](Connection& connection) { return ListStock(connection, query); });
}

aio::Task<absl::StatusOr<std::int64_t>> PostgresStockStore::Count(aio::Waiter waiter,
                                                                  std::optional<std::int64_t> available_below,
                                                                  std::int64_t at_most) {
  return sessions_.Read(waiter, kListWords, [available_below, at_most](Connection& connection) {
    return CountStock(connection, available_below, at_most);
  });
}

aio::Task<absl::StatusOr<StockLevel>> PostgresStockStore::Adjust(aio::Waiter waiter, Adjustment adjustment) {
  return sessions_.Write(waiter, kWords, [this, adjustment = std::move(adjustment)](Connection& connection) {
    return TryAdjust(connection, events_, adjustment);
  });
}

aio::Task<absl::StatusOr<std::vector<Movement>>> PostgresStockStore::Movements(aio::Waiter waiter,
                                                                               MovementQuery query) {
  return sessions_.Read(waiter, kWords,
                        [query](Connection& connection) { return ListStockMovements(connection, query); });
}

aio::Task<absl::StatusOr<std::int64_t>> PostgresStockStore::CountMovements(aio::Waiter waiter, base::Uuid product,
                                                                           std::int64_t at_most) {
  return sessions_.Read(waiter, kWords, [product, at_most](Connection& connection) {
    return CountStockMovements(connection, product, at_most);
  });
}

}  // namespace ordermesh::catalog
