// What is refused of products. Each carries a domain::Refusal with its reason.
#pragma once

#include "absl/status/status.h"
#include "services/catalog/app/catalog_rules.h"
#include "services/catalog/app/product.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

inline constexpr char kProductResource[] = "Product";  // google.rpc.ResourceInfo.resource_type

// INVALID_ARGUMENT, PRODUCT_INVALID, with every violation. OK when there are none.
absl::Status ProductInvalid(Violations broken);
// NOT_FOUND, PRODUCT_NOT_FOUND.
absl::Status ProductNotFound(const ProductKey& key);
// ALREADY_EXISTS, SKU_TAKEN.
absl::Status SkuTaken(absl::string_view sku);
// FAILED_PRECONDITION, PRODUCT_DELETED.
absl::Status ProductDeleted(const Product& product);

}  // namespace ordermesh::catalog
