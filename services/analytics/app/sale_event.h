// What analytics keeps of an event about an order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::analytics {

struct SaleLine {
  base::Uuid product_id;
  std::string sku;
  std::int64_t quantity = 0;
  std::int64_t unit_price_minor = 0;  // in the event's currency

  friend bool operator==(const SaleLine&, const SaleLine&) = default;
};

struct SaleEvent {
  // What happened to the order.
  enum class Kind { kAccepted, kPaid, kShipped, kCancelled };

  base::Uuid event_id;
  Kind kind = Kind::kAccepted;
  // When the order was accepted, of every kind: the time that its sales count for.
  absl::Time accept_time;
  std::string currency;
  std::vector<SaleLine> lines;

  friend bool operator==(const SaleEvent&, const SaleEvent&) = default;
};

}  // namespace ordermesh::analytics
