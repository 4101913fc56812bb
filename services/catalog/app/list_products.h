// Listing products, a page at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/aio/task.h"
#include "libs/mesh/call.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

// As the client asked.
struct ProductListRequest {
  ProductFilter filter;
  ProductOrder order = ProductOrder::kName;
  bool descending = false;
  std::int32_t page_size = 0;
  std::string page_token;
  std::int32_t skip = 0;
  bool show_total_size = false;
};

struct ProductPage {
  std::vector<Product> products;
  std::string next_page_token;  // empty: it was the last
  std::optional<std::int64_t> total_size;
};

// Thread-safe. The store must outlive it.
class ListProducts {
 public:
  explicit ListProducts(ProductStore& store) : store_(store) {}

  //   kInvalidArgument  a negative size or skip, a page token that is not this query's, or a filter that is too broad
  //   and what ProductStore says of all of its methods
  aio::Task<absl::StatusOr<ProductPage>> Run(const mesh::CallContext& call, ProductListRequest request);

 private:
  ProductStore& store_;
};

}  // namespace ordermesh::catalog
