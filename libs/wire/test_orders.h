// Orders that the tests of this folder share.
#pragma once

#include "libs/domain/order.h"
#include "libs/testing/fake_random.h"

namespace ordermesh::wire {

inline domain::PricedOrder APricedOrder() {
  domain::PricedOrder order;
  order.customer_id = "CUST-0001";
  order.contact_email = "ada@example.com";
  order.note = "ring twice";
  order.lines = {{testing::FakeIds::Number(11), "SKU-0001", "Oak \"Nordic\" chair", 2, 4999},
                 {testing::FakeIds::Number(12), "SKU-0002", "Lampe f\u00fcr Fl\u00fcgel", 1, 5}};
  order.total = {2 * 4999 + 5, "EUR"};
  return order;
}

inline domain::Order AnOrder() {
  domain::Order order;
  order.id = testing::FakeIds::Number(7);
  order.caller = "default";
  order.content = APricedOrder();
  order.state = domain::OrderState::kAccepted;
  order.version = 1;
  order.created_at = absl::FromUnixMicros(1'795'000'000'123'456);
  order.updated_at = order.created_at;
  return order;
}

}  // namespace ordermesh::wire
