// Adding, reading, changing and deleting products. Listing them: list_products.h.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/base/uuid.h"
#include "libs/mesh/call.h"
#include "services/catalog/app/product_rules.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

inline constexpr int kMaxProductBatch = 100;

// A product as its client sent it.
struct NewProduct {
  std::string sku;
  ProductFields fields;  // all of them
  Request request;       // its id may be empty: none was given
};

struct ProductUpdate {
  ProductKey key;
  std::string sku;  // as the client has it, beside an id; empty: it doesn't say
  ProductFields fields;
  std::string etag;  // empty: whatever its version
};

// Beside what stands at a method, each gives what ProductStore says of all of its methods. Thread-safe. The
// dependencies must outlive it.
class Products {
 public:
  Products(ProductStore& store, base::IdSource& ids) : store_(store), ids_(ids) {}

  // Repeating a request id gives the product that it made, as it is now.
  //   kInvalidArgument  a rule is broken, every violation is listed; or the request id made another product
  //   kAlreadyExists    the SKU is taken
  aio::Task<absl::StatusOr<Product>> Create(const mesh::CallContext& call, NewProduct product);

  // kNotFound: there is none.
  aio::Task<absl::StatusOr<Product>> Get(const mesh::CallContext& call, ProductKey key);

  // Those that there are, each once, in the order of `keys`.
  //   kInvalidArgument  not 1 to kMaxProductBatch keys, or the products have more than api::kMaxPageBytes together
  aio::Task<absl::StatusOr<std::vector<Product>>> BatchGet(const mesh::CallContext& call, std::vector<ProductKey> keys);

  // What the last three give is described in product_edits.h; and kNotFound: there is no such product.
  aio::Task<absl::StatusOr<Product>> Update(const mesh::CallContext& call, ProductUpdate update);
  aio::Task<absl::StatusOr<Product>> Delete(const mesh::CallContext& call, ProductKey key, std::string etag);
  aio::Task<absl::StatusOr<Product>> Undelete(const mesh::CallContext& call, ProductKey key, std::string etag);

 private:
  aio::Task<absl::StatusOr<Product>> Change(const mesh::CallContext& call, ProductKey key, ProductEdit edit);

  ProductStore& store_;
  base::IdSource& ids_;
};

}  // namespace ordermesh::catalog
