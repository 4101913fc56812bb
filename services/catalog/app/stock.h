// Stock, and what changed it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::catalog {

struct StockLevel {
  base::Uuid product_id;
  std::string sku;
  std::int64_t available = 0;
  std::int64_t reserved = 0;
  std::int64_t version = 1;  // rises with adjustments only

  friend bool operator==(const StockLevel&, const StockLevel&) = default;
};

// As ordermesh.catalog.v1.StockMovementKind, and as catalog.movements has them.
enum class MovementKind {
  kOpening = 1,
  kAdjustment = 2,
  kReservation = 3,  // an order was accepted: available to reserved
  kRelease = 4,      // an order was cancelled: reserved to available
  kShipment = 5,     // an order was shipped: out of reserved
};

struct Movement {
  base::Uuid id;          // of a reservation: the order's
  std::int64_t line = 0;  // of a reservation: the order's line, from 1
  base::Uuid product_id;
  MovementKind kind = MovementKind::kAdjustment;
  std::int64_t available_delta = 0;
  std::int64_t reserved_delta = 0;
  std::string reason;                  // of an adjustment
  std::optional<base::Uuid> order_id;  // of what an order did
  absl::Time created_at;               // by the database's clock

  friend bool operator==(const Movement&, const Movement&) = default;
};

}  // namespace ordermesh::catalog
