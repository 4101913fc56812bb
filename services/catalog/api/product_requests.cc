#include "services/catalog/api/product_requests.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/api/filters.h"
#include "libs/api/fingerprint.h"
#include "libs/api/money_range.h"
#include "libs/api/request_id.h"
#include "libs/api/times.h"
#include "libs/api/update_mask.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/text.h"
#include "libs/wire/money.h"

namespace ordermesh::catalog {
namespace {

constexpr int kMaxPrefixCharacters = 100;
// In the order of ProductOrder.
constexpr absl::string_view kOrders[] = {"name", "sku", "price", "update_time"};

absl::Status KeyMalformed(absl::string_view field, absl::string_view problem) {
  return domain::FieldRefused(domain::reasons::kIdMalformed, field, problem);
}

absl::StatusOr<ProductKey> ReadSku(absl::string_view sku, absl::string_view field) {
  if (sku.empty()) return KeyMalformed(field, "is empty");
  if (const absl::string_view problem = domain::FilterProblem(sku, domain::kMaxSkuBytes); !problem.empty()) {
    return KeyMalformed(field, problem);
  }
  return ProductKey(std::string(sku));
}

absl::StatusOr<ProductKey> ReadProductId(absl::string_view id, absl::string_view field) {
  ASSIGN_OR_RETURN(const base::Uuid read, domain::ReadId(id, field));
  return ProductKey(read);
}

bool TrueUnlessSaid(const v1::Product& product) { return !product.has_active() || product.active(); }

void ReadPrice(const v1::Product& product, ProductFields& fields) {
  fields.price.emplace();
  if (!product.has_price()) return;
  const absl::StatusOr<domain::Money> price = wire::MoneyFromProto(product.price());
  if (price.ok()) {
    fields.price = *price;
  } else if (domain::MinorUnitsPerUnit(product.price().currency_code()) == 0) {
    fields.broken.push_back(Broken(CatalogRule::kCurrencyUnknown, "price.currency_code"));
  } else {
    fields.broken.push_back(Broken(CatalogRule::kPriceMalformed, "price"));
  }
}

Attributes ReadAttributes(const v1::Product& product) {
  return Attributes(product.attributes().begin(), product.attributes().end());
}

absl::Status ReadPrices(const v1::ListProductsRequest& request, ProductFilter& filter) {
  ASSIGN_OR_RETURN(
      api::MoneyRange range,
      api::ReadMoneyRange({"price_from", request.has_price_from() ? &request.price_from() : nullptr},
                          {"price_before", request.has_price_before() ? &request.price_before() : nullptr}));
  filter.currency = std::move(range.currency);
  filter.price_from = range.from_minor;
  filter.price_before = range.before_minor;
  return absl::OkStatus();
}

absl::StatusOr<ProductFilter> ReadFilter(const v1::ListProductsRequest& request) {
  ProductFilter filter;
  RETURN_IF_ERROR(api::CheckTextFilterCharacters("category", request.category(), domain::kMaxCategoryCharacters));
  RETURN_IF_ERROR(api::CheckTextFilterCharacters("brand", request.brand(), domain::kMaxBrandCharacters));
  RETURN_IF_ERROR(api::CheckTextFilterCharacters("prefix", request.prefix(), kMaxPrefixCharacters));
  filter.category = request.category();
  filter.brand = request.brand();
  filter.prefix = request.prefix();
  if (request.has_active()) filter.active = request.active();
  RETURN_IF_ERROR(ReadPrices(request, filter));
  if (request.has_update_time_from()) {
    ASSIGN_OR_RETURN(filter.updated_from, api::ReadTime("update_time_from", request.update_time_from()));
  }
  filter.show_deleted = request.show_deleted();
  return filter;
}

}  // namespace

absl::StatusOr<ProductKey> ReadProductKey(absl::string_view id, absl::string_view sku) {
  if (id.empty() && sku.empty()) return KeyMalformed("id", "it or the SKU is required");
  if (!id.empty() && !sku.empty()) return KeyMalformed("sku", "can't be given beside an id");
  return id.empty() ? ReadSku(sku, "sku") : ReadProductId(id, "id");
}

absl::StatusOr<NewProduct> NewProductFromProto(const mesh::CallContext& call, const v1::CreateProductRequest& request) {
  const v1::Product& proto = request.product();
  NewProduct product;
  product.sku = proto.sku();
  product.fields = {.name = proto.name(),
                    .description = proto.description(),
                    .category = proto.category(),
                    .brand = proto.brand(),
                    .price = std::nullopt,
                    .active = TrueUnlessSaid(proto),
                    .attributes = ReadAttributes(proto),
                    .broken = {}};
  ReadPrice(proto, product.fields);
  product.request.kind = RequestKind::kCreateProduct;
  product.request.caller = std::string(call.caller());
  ASSIGN_OR_RETURN(product.request.request_id,
                   api::RequestIdFrom(request.request_id(), call.metadata_values("idempotency-key")));
  product.request.fingerprint = api::Fingerprint(proto, {"etag"});
  return product;
}

absl::StatusOr<ProductUpdate> ProductUpdateFromProto(const v1::UpdateProductRequest& request) {
  const v1::Product& proto = request.product();
  ProductUpdate update;
  if (proto.id().empty()) {
    ASSIGN_OR_RETURN(update.key, ReadProductKey("", proto.sku()));
  } else {
    ASSIGN_OR_RETURN(update.key, ReadProductId(proto.id(), "id"));
    update.sku = proto.sku();
  }
  update.etag = proto.etag();
  ASSIGN_OR_RETURN(const api::UpdateMask mask, api::ReadUpdateMask(request.update_mask(), proto, {"etag"}));
  ProductFields& fields = update.fields;
  if (mask.Writes("name")) fields.name = proto.name();
  if (mask.Writes("description")) fields.description = proto.description();
  if (mask.Writes("category")) fields.category = proto.category();
  if (mask.Writes("brand")) fields.brand = proto.brand();
  if (mask.Writes("price")) ReadPrice(proto, fields);
  if (mask.Writes("active")) fields.active = TrueUnlessSaid(proto);
  if (mask.Writes("attributes")) fields.attributes = ReadAttributes(proto);
  return update;
}

absl::StatusOr<ProductListRequest> ProductListFromProto(const v1::ListProductsRequest& request) {
  ProductListRequest list;
  ASSIGN_OR_RETURN(list.filter, ReadFilter(request));
  ASSIGN_OR_RETURN(const api::ListOrder order, api::ReadListOrder("order_by", request.order_by(), kOrders));
  list.order = static_cast<ProductOrder>(order.column);
  list.descending = order.descending;
  list.page_size = request.page_size();
  list.page_token = request.page_token();
  list.skip = request.skip();
  list.show_total_size = request.show_total_size();
  return list;
}

absl::StatusOr<std::vector<ProductKey>> ProductKeysFromProto(const v1::BatchGetProductsRequest& request) {
  std::vector<ProductKey> keys;
  for (int i = 0; i < request.ids_size(); ++i) {
    ASSIGN_OR_RETURN(ProductKey key, ReadProductId(request.ids(i), absl::StrCat("ids[", i, "]")));
    keys.push_back(std::move(key));
  }
  for (int i = 0; i < request.skus_size(); ++i) {
    ASSIGN_OR_RETURN(ProductKey key, ReadSku(request.skus(i), absl::StrCat("skus[", i, "]")));
    keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace ordermesh::catalog
