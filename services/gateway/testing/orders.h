// Builders of orders for tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/states.h"
#include "libs/testing/fake_random.h"
#include "services/gateway/app/order_events.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// The same id for the same number.
inline domain::ProductId ProductNumber(std::uint32_t n) { return ordermesh::testing::FakeIds::Number(1'000'000 + n); }
inline domain::OrderId OrderNumber(std::uint32_t n) { return ordermesh::testing::FakeIds::Number(2'000'000 + n); }
inline base::Uuid EventNumber(std::uint32_t n) { return ordermesh::testing::FakeIds::Number(3'000'000 + n); }

inline domain::OrderLine ALine(std::uint32_t product, std::int32_t quantity = 1) {
  return {.product_id = ProductNumber(product),
          .sku = absl::StrCat("SKU-", product),
          .name = absl::StrCat("Product ", product),
          .quantity = quantity,
          .unit_price_minor = 100 + product};
}

inline domain::PricedOrder APricedOrder(std::vector<domain::OrderLine> lines) {
  domain::PricedOrder order;
  order.customer_id = "CUST-0001";
  order.contact_email = "someone@example.com";
  order.note = "ring twice";
  order.total.currency = "EUR";
  for (const domain::OrderLine& line : lines) order.total.minor += line.quantity * line.unit_price_minor;
  order.lines = std::move(lines);
  return order;
}

// Order number `n`, of the caller "default", with the request id "request-<n>".
inline Acceptance AnAcceptance(std::uint32_t n, std::vector<domain::OrderLine> lines) {
  Acceptance asked;
  asked.order.id = OrderNumber(n);
  asked.order.caller = "default";
  asked.order.content = APricedOrder(std::move(lines));
  asked.request_id = absl::StrCat("request-", n);
  asked.fingerprint = absl::StrCat("fingerprint-", n);
  asked.event_id = EventNumber(n);
  asked.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return asked;
}

// Events whose type is the state, "PAID", and whose payload is text that a test can compare: "<order> v<version>
// accepted <microseconds> lines <how many> reason <number>".
class TextEvents : public OrderEvents {
 public:
  OutboxEvent Describe(const domain::Order& order, absl::string_view traceparent) const override {
    return {std::string(domain::StateName(order.state)),
            absl::StrCat(order.id.ToString(), " v", order.version, " accepted ", absl::ToUnixMicros(order.created_at),
                         " lines ", order.content.lines.size(), " reason ", static_cast<int>(order.cancel_reason)),
            absl::StrCat(R"({"traceparent":")", traceparent, R"("})")};
  }
  std::size_t SizeBound(const domain::PricedOrder& order) const override { return 100 * order.lines.size(); }
};

}  // namespace ordermesh::gateway
