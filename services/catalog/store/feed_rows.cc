#include "services/catalog/store/feed_rows.h"

#include <set>
#include <string>
#include <variant>

#include "services/catalog/sql.h"
#include "services/catalog/store/customer_queries.h"
#include "services/catalog/store/product_rows.h"

namespace ordermesh::catalog {
namespace {

using postgres::Array;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kAwaitFeedKeys{"await_feed_keys", sql::kAwaitFeedKeys};
constexpr Statement kLockFeedProducts{"lock_feed_products", sql::kLockFeedProducts};
constexpr Statement kLockFeedStock{"lock_feed_stock", sql::kLockFeedStock};
constexpr Statement kLockFeedCustomers{"lock_feed_customers", sql::kLockFeedCustomers};
constexpr Statement kReadClock{"read_clock", sql::kReadClock};
constexpr Statement kInsertFeedProducts{"insert_feed_products", sql::kInsertFeedProducts};
constexpr Statement kInsertFeedCustomers{"insert_feed_customers", sql::kInsertFeedCustomers};
constexpr Statement kUpdateFeedProducts{"update_feed_products", sql::kUpdateFeedProducts};
constexpr Statement kUpdateFeedCustomers{"update_feed_customers", sql::kUpdateFeedCustomers};
constexpr Statement kInsertFeedStock{"insert_feed_stock", sql::kInsertFeedStock};
constexpr Statement kUpdateFeedStock{"update_feed_stock", sql::kUpdateFeedStock};
constexpr Statement kInsertFeedMovements{"insert_feed_movements", sql::kInsertFeedMovements};
constexpr Statement kInsertFeedEvents{"insert_feed_events", sql::kInsertFeedEvents};

// In the order in which they are sent.
enum Locked { kAwaited, kProducts, kStock, kCustomers, kClock };

Array Texts(const std::set<std::string>& texts) {
  Array array(Type::kText);
  for (const std::string& text : texts) array.Add(absl::string_view(text));
  return array;
}

// The products of these SKUs as columns of an unnest.
Params ProductColumns(const FeedFold& fold, const std::set<std::string>& skus) {
  Array ids(Type::kUuid), names(Type::kText), descriptions(Type::kText), categories(Type::kText), brands(Type::kText),
      prices(Type::kInt8), currencies(Type::kText), active(Type::kBool), attributes(Type::kJsonb),
      versions(Type::kInt8);
  for (const std::string& sku : skus) {
    const Product& product = fold.rows().products.at(sku);
    const ProductContent& content = product.content;
    ids.Add(product.id);
    names.Add(absl::string_view(content.name));
    descriptions.Add(absl::string_view(content.description));
    categories.Add(absl::string_view(content.category));
    brands.Add(absl::string_view(content.brand));
    prices.Add(content.price.minor);
    currencies.Add(absl::string_view(content.price.currency));
    active.AddBool(content.active);
    attributes.AddJson(AttributesToJson(content.attributes));
    versions.Add(product.version);
  }
  Array sku_column = Texts(skus);
  Params params;
  for (Array* column : {&ids, &sku_column, &names, &descriptions, &categories, &brands, &prices, &currencies, &active,
                        &attributes, &versions}) {
    params.Array(*column);
  }
  return params;
}

Params CustomerColumns(const FeedFold& fold, const std::set<std::string>& ids) {
  Array names(Type::kText), emails(Type::kText), active(Type::kBool), order_updates(Type::kBool), versions(Type::kInt8);
  for (const std::string& id : ids) {
    const Customer& customer = fold.rows().customers.at(id);
    names.Add(absl::string_view(customer.content.name));
    emails.Add(absl::string_view(customer.content.email));
    active.AddBool(customer.content.active);
    order_updates.AddBool(customer.content.order_updates);
    versions.Add(customer.version);
  }
  Array id_column = Texts(ids);
  Params params;
  for (Array* column : {&id_column, &names, &emails, &active, &order_updates, &versions}) params.Array(*column);
  return params;
}

// Of the products of these SKUs.
Params StockColumns(const FeedFold& fold, const std::set<std::string>& skus) {
  Array products(Type::kUuid), available(Type::kInt8), versions(Type::kInt8);
  for (const std::string& sku : skus) {
    const StockLevel& level = fold.rows().stock.at(sku);
    products.Add(level.product_id);
    available.Add(level.available);
    versions.Add(level.version);
  }
  Params params;
  for (Array* column : {&products, &available, &versions}) params.Array(*column);
  return params;
}

Params MovementColumns(const std::vector<Movement>& movements) {
  Array ids(Type::kUuid), products(Type::kUuid), deltas(Type::kInt8), reasons(Type::kText);
  for (const Movement& movement : movements) {
    ids.Add(movement.id);
    products.Add(movement.product_id);
    deltas.Add(movement.available_delta);
    reasons.Add(absl::string_view(movement.reason));
  }
  Params params;
  for (Array* column : {&ids, &products, &deltas, &reasons}) params.Array(*column);
  return params;
}

Params EventColumns(const std::vector<OutboxEvent>& events, base::IdSource& ids) {
  Array event_ids(Type::kUuid), aggregates(Type::kText), types(Type::kText), payloads(Type::kBytea),
      headers(Type::kJsonb);
  for (const OutboxEvent& event : events) {
    event_ids.Add(ids.Next());
    aggregates.Add(absl::string_view(event.aggregate));
    types.Add(absl::string_view(event.type));
    payloads.Add(absl::string_view(event.payload));
    headers.AddJson(event.headers);
  }
  Params params;
  for (Array* column : {&event_ids, &aggregates, &types, &payloads, &headers}) params.Array(*column);
  return params;
}

}  // namespace

void SendFeedLocks(postgres::Connection::Pipeline& pipeline, const std::vector<const FeedRecord*>& records) {
  std::set<std::string> skus, customers;
  for (const FeedRecord* record : records) {
    if (const auto* product = std::get_if<FeedProduct>(&record->told)) skus.insert(product->sku);
    if (const auto* count = std::get_if<FeedStockCount>(&record->told)) skus.insert(count->sku);
    if (const auto* customer = std::get_if<FeedCustomer>(&record->told)) customers.insert(customer->id);
  }
  Array sku_array = Texts(skus), customer_array = Texts(customers);
  pipeline.Send(kAwaitFeedKeys, Params().Array(sku_array).Array(customer_array));
  pipeline.Send(kLockFeedProducts, Params().Array(sku_array));
  pipeline.Send(kLockFeedStock, Params().Array(sku_array));
  pipeline.Send(kLockFeedCustomers, Params().Array(customer_array));
  pipeline.Send(kReadClock);
}

FeedRows ReadFeedRows(const std::vector<Result>& locked) {
  FeedRows rows;
  for (int row = 0; row < locked[kProducts].rows(); ++row) {
    Product product = ReadProduct(locked[kProducts], row);
    std::string sku = product.content.sku;
    rows.products.emplace(std::move(sku), std::move(product));
  }
  for (int row = 0; row < locked[kStock].rows(); ++row) {
    StockLevel level{.product_id = locked[kStock].Uuid(row, 0),
                     .sku = std::string(locked[kStock].Text(row, 1)),
                     .available = locked[kStock].Int8(row, 2),
                     .reserved = locked[kStock].Int8(row, 3),
                     .version = locked[kStock].Int8(row, 4)};
    std::string sku = level.sku;
    rows.stock.emplace(std::move(sku), std::move(level));
  }
  for (int row = 0; row < locked[kCustomers].rows(); ++row) {
    Customer customer = ReadCustomer(locked[kCustomers], row);
    std::string id = customer.id;
    rows.customers.emplace(std::move(id), std::move(customer));
  }
  return rows;
}

absl::Time TimeOfLocks(const std::vector<Result>& locked) { return locked[kClock].Timestamp(0, 0); }

void SendFeedRows(postgres::Connection::Pipeline& pipeline, const FeedFold& fold, base::IdSource& ids) {
  // Always sent, since CheckWritten looks at them.
  pipeline.Send(kInsertFeedProducts, ProductColumns(fold, fold.new_products()).Timestamp(fold.now()));
  pipeline.Send(kInsertFeedCustomers, CustomerColumns(fold, fold.new_customers()).Timestamp(fold.now()));
  if (!fold.changed_products().empty()) {
    pipeline.Send(kUpdateFeedProducts, ProductColumns(fold, fold.changed_products()).Timestamp(fold.now()));
  }
  if (!fold.changed_customers().empty()) {
    pipeline.Send(kUpdateFeedCustomers, CustomerColumns(fold, fold.changed_customers()).Timestamp(fold.now()));
  }
  if (!fold.new_stock().empty()) pipeline.Send(kInsertFeedStock, StockColumns(fold, fold.new_stock()));
  if (!fold.changed_stock().empty()) {
    pipeline.Send(kUpdateFeedStock, StockColumns(fold, fold.changed_stock()));
    pipeline.Send(kInsertFeedMovements, MovementColumns(fold.movements()).Timestamp(fold.now()));
  }
  if (!fold.outbox().empty()) pipeline.Send(kInsertFeedEvents, EventColumns(fold.outbox(), ids));
}

absl::Status CheckWritten(const std::vector<Result>& written, const FeedFold& fold) {
  if (written[0].affected() == static_cast<std::int64_t>(fold.new_products().size()) &&
      written[1].affected() == static_cast<std::int64_t>(fold.new_customers().size())) {
    return absl::OkStatus();
  }
  return absl::AbortedError("a product or a customer that the feed adds was added by somebody else meanwhile");
}

}  // namespace ordermesh::catalog
