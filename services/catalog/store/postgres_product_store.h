// Products in PostgreSQL.
#pragma once

#include <vector>

#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/product_store.h"
#include "services/catalog/store/sessions.h"

namespace ordermesh::catalog {

// Thread-safe. The dependencies must outlive it.
class PostgresProductStore : public ProductStore {
 public:
  PostgresProductStore(Sessions& sessions, const CatalogEvents& events) : sessions_(sessions), events_(events) {}

  aio::Task<absl::StatusOr<Product>> Create(aio::Waiter waiter, ProductCreation creation) override;
  aio::Task<absl::StatusOr<Product>> Change(aio::Waiter waiter, ProductChange change) override;
  aio::Task<absl::StatusOr<Product>> Get(aio::Waiter waiter, ProductKey key) override;
  aio::Task<absl::StatusOr<std::vector<std::optional<Product>>>> Find(aio::Waiter waiter,
                                                                      std::vector<ProductKey> keys) override;
  aio::Task<absl::StatusOr<std::vector<ListedProduct>>> List(aio::Waiter waiter, ProductQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, ProductFilter filter,
                                                std::int64_t at_most) override;

 private:
  Sessions& sessions_;
  const CatalogEvents& events_;
};

}  // namespace ordermesh::catalog
