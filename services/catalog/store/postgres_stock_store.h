// Stock in PostgreSQL.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/stock_store.h"
#include "services/catalog/store/sessions.h"

namespace ordermesh::catalog {

// Thread-safe. The dependencies must outlive it.
class PostgresStockStore : public StockStore {
 public:
  PostgresStockStore(Sessions& sessions, const CatalogEvents& events) : sessions_(sessions), events_(events) {}

  aio::Task<absl::StatusOr<StockLevel>> Get(aio::Waiter waiter, base::Uuid product) override;
  aio::Task<absl::StatusOr<std::vector<StockLevel>>> List(aio::Waiter waiter, StockQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, std::optional<std::int64_t> available_below,
                                                std::int64_t at_most) override;
  aio::Task<absl::StatusOr<StockLevel>> Adjust(aio::Waiter waiter, Adjustment adjustment) override;
  aio::Task<absl::StatusOr<std::vector<Movement>>> Movements(aio::Waiter waiter, MovementQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> CountMovements(aio::Waiter waiter, base::Uuid product,
                                                         std::int64_t at_most) override;

 private:
  Sessions& sessions_;
  const CatalogEvents& events_;
};

}  // namespace ordermesh::catalog
