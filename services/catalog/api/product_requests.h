// Requests about products as the use cases take them.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/mesh/call.h"
#include "ordermesh/catalog/v1/products.pb.h"
#include "services/catalog/app/list_products.h"
#include "services/catalog/app/products.h"

namespace ordermesh::catalog {

// Whether they follow the rules is for the use cases to say. INVALID_ARGUMENT: what can't be read at all, an id, a
// request id, a mask, a filter.
absl::StatusOr<NewProduct> NewProductFromProto(const mesh::CallContext& call, const v1::CreateProductRequest& request);
absl::StatusOr<ProductUpdate> ProductUpdateFromProto(const v1::UpdateProductRequest& request);
absl::StatusOr<ProductListRequest> ProductListFromProto(const v1::ListProductsRequest& request);
absl::StatusOr<std::vector<ProductKey>> ProductKeysFromProto(const v1::BatchGetProductsRequest& request);

// Exactly one of both has to be given. INVALID_ARGUMENT, ID_MALFORMED: it is not so, or a product can't have it.
absl::StatusOr<ProductKey> ReadProductKey(absl::string_view id, absl::string_view sku);

}  // namespace ordermesh::catalog
