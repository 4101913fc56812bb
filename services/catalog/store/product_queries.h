// What is read of products. Each blocks, and fails with a status of `connection`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

absl::StatusOr<std::optional<Product>> GetProduct(postgres::Connection& connection, const ProductKey& key);
absl::StatusOr<std::vector<std::optional<Product>>> FindProducts(postgres::Connection& connection,
                                                                 const std::vector<ProductKey>& keys);
absl::StatusOr<std::vector<ListedProduct>> ListProductRows(postgres::Connection& connection, const ProductQuery& query);
absl::StatusOr<std::int64_t> CountProductRows(postgres::Connection& connection, const ProductFilter& filter,
                                              std::int64_t at_most);

// The statement that lists in this order; list_products.sql is what it is made of.
postgres::Statement ListStatement(ProductOrder order, bool descending);

}  // namespace ordermesh::catalog
