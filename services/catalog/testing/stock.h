// Builders of stock for tests.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "libs/base/uuid_time.h"
#include "libs/testing/fake_random.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/stock_store.h"

namespace ordermesh::catalog {

// The same id for the same number; that of a product is what the gateway's tests have for it.
inline base::Uuid StockProduct(std::uint32_t n) { return ordermesh::testing::FakeIds::Number(1'000'000 + n); }
inline std::string StockSku(std::uint32_t n) { return absl::StrCat("SKU-", n); }

// The id of order number `n` (up to 255) among those that are made at `time`.
inline base::Uuid OrderMadeAt(absl::Time time, std::uint8_t n) {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes;
  const base::Uuid first = base::FirstIdOf(time);
  for (int i = 0; i < base::Uuid::kBytes; ++i) bytes[i] = static_cast<std::uint8_t>(first.bytes()[i]);
  bytes[6] = 0x70;
  bytes[8] = 0x80;
  bytes[15] = n;
  return base::Uuid(bytes);
}

inline StockChange Delta(std::int64_t pieces) { return {StockChange::Kind::kDelta, pieces}; }
inline StockChange Counted(std::int64_t pieces) { return {StockChange::Kind::kCount, pieces}; }

// Adjustment number `n`, of product number `product`, with the request id "adjust-<n>".
inline Adjustment AnAdjustment(std::uint32_t n, std::uint32_t product, StockChange change) {
  return {.request = {.kind = RequestKind::kAdjustStock,
                      .caller = "default",
                      .request_id = absl::StrCat("adjust-", n),
                      .fingerprint = absl::StrCat(product, " ", static_cast<int>(change.kind), " ", change.pieces)},
          .product_id = StockProduct(product),
          .change = change,
          .reason = absl::StrCat("reason ", n),
          .event_id = ordermesh::testing::FakeIds::Number(5'000'000 + n),
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

// What an event of stock says, as text that a test can compare: "SKU-1 v2: 7+0 by -3 (reason 1)".
inline std::string StockEventText(const StockLevel& level, const Movement& adjustment) {
  return absl::StrCat(level.sku, " v", level.version, ": ", level.available, "+", level.reserved, " by ",
                      adjustment.available_delta, " (", adjustment.reason, ")");
}

// Events whose payload is that text. Of stock only: no test of it makes others.
class TextStockEvents : public CatalogEvents {
 public:
  OutboxEvent OfProduct(const Product&, absl::string_view) const override { return {}; }
  OutboxEvent OfCustomer(const Customer&, absl::string_view) const override { return {}; }
  OutboxEvent OfStock(const StockLevel& level, const Movement& adjustment,
                      absl::string_view traceparent) const override {
    return {"stock_changed", level.product_id.ToString(), StockEventText(level, adjustment),
            absl::StrCat(R"({"traceparent":")", traceparent, R"("})")};
  }
};

}  // namespace ordermesh::catalog
