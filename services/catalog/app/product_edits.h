// What may become of a product: pure functions, called under its lock.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/catalog/app/product_rules.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

// In each, an etag that is not empty has to be the product's current one.
//   kAborted          it is of another version
//   kInvalidArgument  it is not one of ours

// Sets the fields. `sku`, when not empty, has to be the product's.
//   kFailedPrecondition  the product is deleted
//   kInvalidArgument     the SKU is another, or the product would break rules
ProductEdit SetProductFields(ProductFields fields, std::string sku, std::string etag);

// What is so already stays so, and then the etag is not compared.
ProductEdit DeleteProduct(std::string etag);
ProductEdit UndeleteProduct(std::string etag);

}  // namespace ordermesh::catalog
