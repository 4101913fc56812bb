#include "services/catalog/app/product_edits.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "libs/api/etag.h"
#include "libs/base/status.h"
#include "services/catalog/app/product_refusals.h"

namespace ordermesh::catalog {
namespace {

absl::Status CheckEtag(const Product& product, absl::string_view etag) {
  ASSIGN_OR_RETURN(const std::optional<std::int64_t> asked, api::VersionAsked(product.id, etag));
  return api::CheckVersion(asked, product.version, kProductResource, product.id.ToString());
}

absl::Status Set(const ProductFields& fields, absl::string_view sku, absl::string_view etag, Product& product) {
  if (product.deleted_at.has_value()) return ProductDeleted(product);
  if (!sku.empty() && sku != product.content.sku) {
    return ProductInvalid({Broken(CatalogRule::kSkuImmutable, "sku")});
  }
  RETURN_IF_ERROR(CheckEtag(product, etag));
  ProductContent content = product.content;
  SetFields(fields, content);
  if (content == product.content) return absl::OkStatus();
  // Not of what is sent alone: a row may be older than the rules, and such a one can't be written again.
  Violations broken;
  CheckFields(FieldsOf(content), broken);
  RETURN_IF_ERROR(ProductInvalid(std::move(broken)));
  product.content = std::move(content);
  return absl::OkStatus();
}

}  // namespace

ProductEdit SetProductFields(ProductFields fields, std::string sku, std::string etag) {
  return [fields = std::move(fields), sku = std::move(sku), etag = std::move(etag)](Product& product) {
    return Set(fields, sku, etag, product);
  };
}

ProductEdit DeleteProduct(std::string etag) {
  return [etag = std::move(etag)](Product& product) -> absl::Status {
    if (product.deleted_at.has_value()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckEtag(product, etag));
    product.deleted_at = product.updated_at;
    return absl::OkStatus();
  };
}

ProductEdit UndeleteProduct(std::string etag) {
  return [etag = std::move(etag)](Product& product) -> absl::Status {
    if (!product.deleted_at.has_value()) return absl::OkStatus();
    RETURN_IF_ERROR(CheckEtag(product, etag));
    product.deleted_at.reset();
    return absl::OkStatus();
  };
}

}  // namespace ordermesh::catalog
