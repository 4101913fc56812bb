// Orders as the services see them. Pure data; rules stand in rules.h, moves in states.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/domain/money.h"

namespace ordermesh::domain {

using OrderId = base::Uuid;
using ProductId = base::Uuid;

// As in the proto; the numbers are stored.
enum class OrderState { kUnspecified = 0, kAccepted = 1, kCancelled = 2, kPaid = 3, kShipped = 4, kDelivered = 5 };

// Why an order was cancelled; as in the proto, the numbers are stored.
enum class CancelReason { kUnspecified = 0, kRequested = 1, kPaymentExpired = 2 };

// A line as its client sent it.
struct NewLine {
  std::string sku;
  std::int64_t quantity = 0;
};

// An order as its client sent it, before anything was checked.
struct NewOrder {
  std::string caller;      // who calls, "default" without tokens
  std::string request_id;  // empty: the client gave none
  std::string customer_id;
  std::optional<std::string> contact_email;
  std::vector<NewLine> lines;
  std::string note;
  // What a client must not set and did: the paths of the fields, "lines[0].unit_price".
  std::vector<std::string> forbidden_fields;
};

// A line with what the catalogue says of it.
struct OrderLine {
  ProductId product_id;
  std::string sku;
  std::string name;
  std::int32_t quantity = 0;
  std::int64_t unit_price_minor = 0;  // in the order's currency
};

// An order that was validated and priced.
struct PricedOrder {
  std::string customer_id;
  std::string contact_email;
  std::vector<OrderLine> lines;
  std::string note;
  Money total;
};

// An order that is stored.
struct Order {
  OrderId id;
  std::string caller;
  PricedOrder content;
  OrderState state = OrderState::kUnspecified;
  std::int64_t version = 0;  // 1 when accepted, then one more with each change; the etag is made of it
  absl::Time created_at;     // by the database's clock
  absl::Time updated_at;
  CancelReason cancel_reason = CancelReason::kUnspecified;  // only when cancelled
};

}  // namespace ordermesh::domain
