#include "services/catalog/app/feed_fold.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"

namespace ordermesh::catalog {
namespace {

absl::Status Deleted(absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat(what, " is deleted")); }

}  // namespace

FeedFold::FeedFold(FeedRows before, absl::Time now, base::IdSource& ids, const CatalogEvents& events)
    : rows_(std::move(before)), now_(now), ids_(ids), events_(events) {}

absl::Status FeedFold::Apply(const FeedRecord& record) {
  if (const auto* product = std::get_if<FeedProduct>(&record.told)) return ApplyProduct(*product, record.traceparent);
  if (const auto* count = std::get_if<FeedStockCount>(&record.told)) return ApplyStockCount(*count, record.traceparent);
  return ApplyCustomer(std::get<FeedCustomer>(record.told), record.traceparent);
}

absl::Status FeedFold::ApplyProduct(const FeedProduct& told, const std::string& traceparent) {
  const auto [row, added] = rows_.products.try_emplace(told.sku);
  Product& product = row->second;
  if (added) {
    product.id = ids_.Next();
    product.content.sku = told.sku;
    product.created_at = now_;
    SetFields(told.fields, product.content);
    new_products_.insert(told.sku);
    rows_.stock[told.sku] = {.product_id = product.id, .sku = told.sku};
    new_stock_.insert(told.sku);
  } else {
    if (product.deleted_at.has_value()) return Deleted("the product");
    ProductContent content = product.content;
    SetFields(told.fields, content);
    if (content == product.content) return absl::OkStatus();
    product.content = std::move(content);
    ++product.version;
    if (!new_products_.contains(told.sku)) changed_products_.insert(told.sku);
  }
  product.updated_at = now_;
  outbox_.push_back(events_.OfProduct(product, traceparent));
  return absl::OkStatus();
}

absl::Status FeedFold::ApplyStockCount(const FeedStockCount& told, const std::string& traceparent) {
  const auto product = rows_.products.find(told.sku);
  if (product == rows_.products.end()) return absl::InvalidArgumentError("there is no product with this SKU");
  if (product->second.deleted_at.has_value()) return Deleted("the product");
  const auto [row, added] = rows_.stock.try_emplace(told.sku);
  StockLevel& level = row->second;
  if (added) {
    level = {.product_id = product->second.id, .sku = told.sku};
    new_stock_.insert(told.sku);
  }
  const std::int64_t delta = told.available - level.available;
  if (delta == 0) return absl::OkStatus();
  level.available = told.available;
  ++level.version;
  changed_stock_.insert(told.sku);
  movements_.push_back({.id = ids_.Next(),
                        .product_id = level.product_id,
                        .kind = MovementKind::kAdjustment,
                        .available_delta = delta,
                        .reason = told.reason,
                        .created_at = now_});
  outbox_.push_back(events_.OfStock(level, movements_.back(), traceparent));
  return absl::OkStatus();
}

absl::Status FeedFold::ApplyCustomer(const FeedCustomer& told, const std::string& traceparent) {
  const auto [row, added] = rows_.customers.try_emplace(told.id);
  Customer& customer = row->second;
  if (added) {
    customer.id = told.id;
    customer.created_at = now_;
    SetFields(told.fields, customer.content);
    new_customers_.insert(told.id);
  } else {
    if (customer.deleted_at.has_value()) return Deleted("the customer");
    CustomerContent content = customer.content;
    SetFields(told.fields, content);
    if (content == customer.content) return absl::OkStatus();
    customer.content = std::move(content);
    ++customer.version;
    if (!new_customers_.contains(told.id)) changed_customers_.insert(told.id);
  }
  customer.updated_at = now_;
  outbox_.push_back(events_.OfCustomer(customer, traceparent));
  return absl::OkStatus();
}

}  // namespace ordermesh::catalog
