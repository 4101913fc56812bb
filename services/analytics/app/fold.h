// From events to what the rollups grow by. Pure; a sum, so the order of the events does not matter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "services/analytics/app/sale_event.h"

namespace ordermesh::analytics {

// The sums of events of one kind.
struct Sums {
  std::int64_t orders = 0;
  std::int64_t units = 0;
  std::int64_t revenue_minor = 0;

  friend bool operator==(const Sums&, const Sums&) = default;
};

// Sold, and what became of it: an order that was paid, shipped or cancelled stays in `accepted`.
struct Amounts {
  Sums accepted, cancelled, paid, shipped;

  Sums& Of(SaleEvent::Kind kind);

  friend bool operator==(const Amounts&, const Amounts&) = default;
};

// A row of analytics.sales: a product in an hour.
struct SalesDelta {
  absl::Time bucket;
  base::Uuid product_id;
  std::string currency;
  std::string sku;
  Amounts amounts;

  friend bool operator==(const SalesDelta&, const SalesDelta&) = default;
};

// A row of analytics.order_totals: whole orders in an hour. An order of three products is one order.
struct TotalsDelta {
  absl::Time bucket;
  std::string currency;
  Amounts amounts;

  friend bool operator==(const TotalsDelta&, const TotalsDelta&) = default;
};

// Both sorted by their key, each key once: writers that follow this order can't deadlock.
struct Deltas {
  std::vector<SalesDelta> sales;
  std::vector<TotalsDelta> totals;
};

// The hour (UTC) in which `time` lies.
absl::Time HourOf(absl::Time time);

// OUT_OF_RANGE: a sum does not fit in 64 bits.
absl::StatusOr<Deltas> Fold(absl::Span<const SaleEvent* const> events);

}  // namespace ordermesh::analytics
