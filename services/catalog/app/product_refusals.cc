#include "services/catalog/app/product_refusals.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;

// Of what the message and google.rpc.ResourceInfo are about.
std::string NameOf(const ProductKey& key) {
  const auto* id = std::get_if<base::Uuid>(&key);
  return id != nullptr ? id->ToString() : std::get<std::string>(key);
}

}  // namespace

absl::Status ProductInvalid(Violations broken) {
  return RefuseBroken(reasons::kProductInvalid, "the product", std::move(broken));
}

absl::Status ProductNotFound(const ProductKey& key) {
  return api::NotFound(reasons::kProductNotFound, kProductResource, NameOf(key));
}

absl::Status SkuTaken(absl::string_view sku) {
  return domain::ToStatus({.code = absl::StatusCode::kAlreadyExists,
                           .message = absl::StrCat(kProductResource, " ", sku, ": there is one with this SKU"),
                           .reason = reasons::kSkuTaken,
                           .resource_type = kProductResource,
                           .resource_name = std::string(sku)});
}

absl::Status ProductDeleted(const Product& product) {
  return domain::ToStatus({.code = absl::StatusCode::kFailedPrecondition,
                           .message = absl::StrCat(kProductResource, " ", product.id.ToString(), ": it is deleted"),
                           .reason = reasons::kProductDeleted,
                           .resource_type = kProductResource,
                           .resource_name = product.id.ToString()});
}

}  // namespace ordermesh::catalog
