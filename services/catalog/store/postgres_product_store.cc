#include "services/catalog/store/postgres_product_store.h"

#include <utility>

#include "libs/api/store_refusal.h"
#include "libs/base/status.h"
#include "services/catalog/app/product_refusals.h"
#include "services/catalog/store/product_queries.h"
#include "services/catalog/store/product_transactions.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;

constexpr api::StoreWords kWords = {.subject = "the product"};
constexpr api::StoreWords kListWords = {.subject = "the product", .narrow = "filter by category, brand or prefix"};

}  // namespace

aio::Task<absl::StatusOr<Product>> PostgresProductStore::Create(aio::Waiter waiter, ProductCreation creation) {
  return sessions_.Write(waiter, kWords, [this, creation = std::move(creation)](Connection& connection) {
    return TryCreateProduct(connection, events_, creation);
  });
}

aio::Task<absl::StatusOr<Product>> PostgresProductStore::Change(aio::Waiter waiter, ProductChange change) {
  return sessions_.Write(waiter, kWords,
                         [transaction = ProductChangeTransaction(events_, std::move(change))](
                             Connection& connection) mutable { return transaction.Try(connection); });
}

aio::Task<absl::StatusOr<Product>> PostgresProductStore::Get(aio::Waiter waiter, ProductKey key) {
  return sessions_.Read(waiter, kWords, [key = std::move(key)](Connection& connection) -> absl::StatusOr<Product> {
    ASSIGN_OR_RETURN(std::optional<Product> found, GetProduct(connection, key));
    if (!found.has_value()) return ProductNotFound(key);
    return *std::move(found);
  });
}

aio::Task<absl::StatusOr<std::vector<std::optional<Product>>>> PostgresProductStore::Find(
    aio::Waiter waiter, std::vector<ProductKey> keys) {
  return sessions_.Read(waiter, kWords,
                        [keys = std::move(keys)](Connection& connection) { return FindProducts(connection, keys); });
}

aio::Task<absl::StatusOr<std::vector<ListedProduct>>> PostgresProductStore::List(aio::Waiter waiter,
                                                                                 ProductQuery query) {
  return sessions_.Read(waiter, kListWords, [query = std::move(query)](Connection& connection) {
    return ListProductRows(connection, query);
  });
}

aio::Task<absl::StatusOr<std::int64_t>> PostgresProductStore::Count(aio::Waiter waiter, ProductFilter filter,
                                                                    std::int64_t at_most) {
  return sessions_.Read(waiter, kListWords, [filter = std::move(filter), at_most](Connection& connection) {
    return CountProductRows(connection, filter, at_most);
  });
}

}  // namespace ordermesh::catalog
