// Builders of products for tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/testing/fake_random.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

// The same id for the same number.
inline base::Uuid ProductNumber(std::uint32_t n) { return ordermesh::testing::FakeIds::Number(1'000'000 + n); }

inline constexpr char kProductTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// Content of product number `n`: its SKU is "SKU-<n>".
inline ProductContent AProduct(std::uint32_t n) {
  return {.sku = absl::StrCat("SKU-", n),
          .name = absl::StrCat("Chair ", n),
          .description = "Four legs.\nOak.",
          .category = "Kitchen",
          .brand = "Norwick",
          .price = {100 + static_cast<std::int64_t>(n), "EUR"},
          .active = true,
          .attributes = {{"colour", "red"}, {"wood", "oak"}}};
}

// Of a request of the caller "default" with the id "request-<n>".
inline ProductCreation AProductCreation(std::uint32_t n, ProductContent content) {
  return {.id = ProductNumber(n),
          .content = std::move(content),
          .request = {.kind = RequestKind::kCreateProduct,
                      .caller = "default",
                      .request_id = absl::StrCat("request-", n),
                      .fingerprint = absl::StrCat("fingerprint-", n)},
          .event_id = ordermesh::testing::FakeIds::Number(3'000'000 + n),
          .traceparent = kProductTraceparent};
}
inline ProductCreation AProductCreation(std::uint32_t n) { return AProductCreation(n, AProduct(n)); }

// Events whose payload is text that a test can compare.
class ProductTextEvents : public CatalogEvents {
 public:
  static std::string TextOf(const Product& product) {
    const ProductContent& content = product.content;
    std::string text = absl::StrCat(product.id.ToString(), " v", product.version, " ", content.sku, " ", content.name);
    absl::StrAppend(&text, " ", content.description, " ", content.category, " ", content.brand, " ");
    absl::StrAppend(&text, content.price.minor, content.price.currency, content.active ? " active" : "");
    for (const auto& [key, value] : content.attributes) absl::StrAppend(&text, " ", key, "=", value);
    absl::StrAppend(&text, " created ", absl::ToUnixMicros(product.created_at), " updated ");
    absl::StrAppend(&text, absl::ToUnixMicros(product.updated_at));
    if (product.deleted_at.has_value()) absl::StrAppend(&text, " deleted ", absl::ToUnixMicros(*product.deleted_at));
    return text;
  }
  OutboxEvent OfProduct(const Product& product, absl::string_view traceparent) const override {
    return {"product", product.id.ToString(), TextOf(product),
            absl::StrCat(R"({"traceparent": ")", traceparent, R"("})")};
  }
  OutboxEvent OfCustomer(const Customer&, absl::string_view) const override { return {}; }
  OutboxEvent OfStock(const StockLevel&, const Movement&, absl::string_view) const override { return {}; }
};

}  // namespace ordermesh::catalog
