#include "services/catalog/store/product_queries.h"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status.h"
#include "services/catalog/sql.h"
#include "services/catalog/store/product_rows.h"

namespace ordermesh::catalog {
namespace {

using postgres::Array;
using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kGetProduct{"get_product", sql::kGetProduct};
constexpr Statement kGetProductBySku{"get_product_by_sku", sql::kGetProductBySku};
constexpr Statement kFindProducts{"find_products", sql::kFindProducts};
constexpr Statement kCountProducts{"count_products", sql::kCountProducts};

constexpr int kLowerName = kProductColumns, kLowerSku = kProductColumns + 1;  // columns of list_products

// What {keys}, {last} and {order} are in list_products.sql.
struct Sorting {
  const char* name;
  const char* keys;
  const char* last;
  const char* ascending;
  const char* descending;
};
// In the order of ProductOrder.
constexpr std::array<Sorting, 4> kSortings = {{
    {"name", R"(lower(name) COLLATE "C")", "$13::text", R"(lower(name) COLLATE "C", id)",
     R"(lower(name) COLLATE "C" DESC, id DESC)"},
    {"sku", R"(lower(sku) COLLATE "C")", "$13::text", R"(lower(sku) COLLATE "C", id)",
     R"(lower(sku) COLLATE "C" DESC, id DESC)"},
    {"price", "currency, price_minor", "$13::text, $14::bigint", "currency, price_minor, id",
     "currency DESC, price_minor DESC, id DESC"},
    {"update", "updated_at", "$15::timestamptz", "updated_at, id", "updated_at DESC, id DESC"},
}};

struct ListSql {
  std::string name, sql;
};
// All of them, ascending and descending in turns; they live for ever.
const std::vector<ListSql>& ListSqls() {
  static const std::vector<ListSql>& all = *[] {
    auto* made = new std::vector<ListSql>;
    for (const Sorting& by : kSortings) {
      for (const bool descending : {false, true}) {
        made->push_back(
            {absl::StrCat("list_products_by_", by.name, descending ? "_desc" : ""),
             absl::StrReplaceAll(sql::kListProducts, {{"{keys}", by.keys},
                                                      {"{last}", by.last},
                                                      {"{behind}", descending ? "<" : ">"},
                                                      {"{order}", descending ? by.descending : by.ascending}})});
      }
    }
    return made;
  }();
  return all;
}

template <class T>
Params& OrNull(const std::optional<T>& value, Type type, Params& (Params::*add)(T), Params& params) {
  return value.has_value() ? (params.*add)(*value) : params.Null(type);
}

// $1 to $9.
Params FilterParams(const ProductFilter& filter) {
  Params params;
  params.Text(filter.category).Text(filter.brand);
  OrNull(filter.active, Type::kBool, &Params::Bool, params).Text(filter.currency);
  OrNull(filter.price_from, Type::kInt8, &Params::Int8, params);
  OrNull(filter.price_before, Type::kInt8, &Params::Int8, params).Text(filter.prefix);
  OrNull(filter.updated_from, Type::kTimestamptz, &Params::Timestamp, params).Bool(filter.show_deleted);
  return params;
}

// $12 to $16.
void AddPosition(const std::optional<api::PageKeys>& after, Params& params) {
  std::string text;
  std::int64_t number = 0;
  absl::Time time = absl::UnixEpoch();
  base::Uuid id;
  for (const api::PageKey& key : after.value_or(api::PageKeys())) {
    if (const auto* as_text = std::get_if<std::string>(&key)) text = *as_text;
    if (const auto* as_number = std::get_if<std::int64_t>(&key)) number = *as_number;
    if (const auto* as_time = std::get_if<absl::Time>(&key)) time = *as_time;
    if (const auto* as_id = std::get_if<base::Uuid>(&key)) id = *as_id;
  }
  params.Bool(after.has_value()).Text(text).Int8(number).Timestamp(time).Uuid(id);
}

api::PageKeys KeysOf(const Result& rows, int row, const Product& product, ProductOrder order) {
  switch (order) {
    case ProductOrder::kName:
      break;
    case ProductOrder::kSku:
      return {std::string(rows.Text(row, kLowerSku)), product.id};
    case ProductOrder::kPrice:
      return {product.content.price.currency, product.content.price.minor, product.id};
    case ProductOrder::kUpdateTime:
      return {product.updated_at, product.id};
  }
  return {std::string(rows.Text(row, kLowerName)), product.id};
}

}  // namespace

Statement ListStatement(ProductOrder order, bool descending) {
  const ListSql& list = ListSqls()[2 * static_cast<std::size_t>(order) + (descending ? 1 : 0)];
  return {list.name.c_str(), list.sql.c_str()};
}

absl::StatusOr<std::optional<Product>> GetProduct(Connection& connection, const ProductKey& key) {
  const auto* id = std::get_if<base::Uuid>(&key);
  ASSIGN_OR_RETURN(const Result rows,
                   id != nullptr ? connection.Execute(kGetProduct, Params().Uuid(*id))
                                 : connection.Execute(kGetProductBySku, Params().Text(std::get<std::string>(key))));
  if (rows.rows() == 0) return std::nullopt;
  return ReadProduct(rows, 0);
}

absl::StatusOr<std::vector<std::optional<Product>>> FindProducts(Connection& connection,
                                                                 const std::vector<ProductKey>& keys) {
  Array ids(Type::kUuid), skus(Type::kText);
  for (const ProductKey& key : keys) {
    if (const auto* id = std::get_if<base::Uuid>(&key)) {
      ids.Add(*id);
    } else {
      skus.Add(std::get<std::string>(key));
    }
  }
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(kFindProducts, Params().Array(ids).Array(skus)));
  std::map<base::Uuid, Product> by_id;
  std::map<std::string, base::Uuid> by_sku;
  for (int row = 0; row < rows.rows(); ++row) {
    Product product = ReadProduct(rows, row);
    by_sku[product.content.sku] = product.id;
    by_id.emplace(product.id, std::move(product));
  }
  std::vector<std::optional<Product>> found;
  for (const ProductKey& key : keys) {
    const auto* id = std::get_if<base::Uuid>(&key);
    if (id == nullptr) {
      const auto named = by_sku.find(std::get<std::string>(key));
      id = named == by_sku.end() ? nullptr : &named->second;
    }
    const auto product = id == nullptr ? by_id.end() : by_id.find(*id);
    found.push_back(product == by_id.end() ? std::nullopt : std::optional(product->second));
  }
  return found;
}

absl::StatusOr<std::vector<ListedProduct>> ListProductRows(Connection& connection, const ProductQuery& query) {
  Params params = FilterParams(query.filter);
  params.Int8(query.skip).Int8(query.limit);
  AddPosition(query.after, params);
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(ListStatement(query.order, query.descending), params));
  std::vector<ListedProduct> products;
  products.reserve(static_cast<std::size_t>(rows.rows()));
  for (int row = 0; row < rows.rows(); ++row) {
    Product product = ReadProduct(rows, row);
    api::PageKeys keys = KeysOf(rows, row, product, query.order);
    products.push_back({std::move(product), std::move(keys)});
  }
  return products;
}

absl::StatusOr<std::int64_t> CountProductRows(Connection& connection, const ProductFilter& filter,
                                              std::int64_t at_most) {
  Params params = FilterParams(filter);
  ASSIGN_OR_RETURN(const Result count, connection.Execute(kCountProducts, params.Int8(at_most)));
  return count.Int8(0, 0);
}

}  // namespace ordermesh::catalog
