#include "services/analytics/app/fold.h"

#include <algorithm>
#include <tuple>

#include "libs/base/status.h"

namespace ordermesh::analytics {
namespace {

// A line on its way into a sum; what is sorted is small.
struct Part {
  absl::Time bucket;
  const SaleEvent* event;
  const SaleLine* line;

  auto Key() const { return std::tie(bucket, line->product_id, event->currency); }
};

absl::Status Increase(std::int64_t& sum, std::int64_t by) {
  if (__builtin_add_overflow(sum, by, &sum)) return absl::OutOfRangeError("a sum of sales does not fit in 64 bits");
  return absl::OkStatus();
}

absl::Status AddLine(const SaleLine& line, Sums& sums) {
  std::int64_t revenue = 0;
  if (__builtin_mul_overflow(line.quantity, line.unit_price_minor, &revenue)) {
    return absl::OutOfRangeError("the amount of a line does not fit in 64 bits");
  }
  RETURN_IF_ERROR(Increase(sums.units, line.quantity));
  return Increase(sums.revenue_minor, revenue);
}

absl::StatusOr<std::vector<SalesDelta>> FoldSales(absl::Span<const SaleEvent* const> events) {
  std::vector<Part> parts;
  for (const SaleEvent* event : events) {
    const absl::Time bucket = HourOf(event->accept_time);
    for (const SaleLine& line : event->lines) parts.push_back({bucket, event, &line});
  }
  // Stable, so that two lines of one order with the same product stay together: they are one order of it.
  std::stable_sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.Key() < b.Key(); });
  std::vector<SalesDelta> sales;
  const Part* last = nullptr;
  for (const Part& part : parts) {
    const bool same_key = last != nullptr && last->Key() == part.Key();
    if (!same_key) {
      sales.push_back({part.bucket, part.line->product_id, part.event->currency, part.line->sku, {}});
    }
    Sums& sums = sales.back().amounts.Of(part.event->kind);
    if (!same_key || last->event != part.event) RETURN_IF_ERROR(Increase(sums.orders, 1));
    RETURN_IF_ERROR(AddLine(*part.line, sums));
    last = &part;
  }
  return sales;
}

absl::StatusOr<std::vector<TotalsDelta>> FoldTotals(absl::Span<const SaleEvent* const> events) {
  std::vector<TotalsDelta> totals;  // few: as many as hours and currencies
  for (const SaleEvent* event : events) {
    const absl::Time bucket = HourOf(event->accept_time);
    auto at = std::lower_bound(
        totals.begin(), totals.end(), std::tie(bucket, event->currency),
        [](const TotalsDelta& total, const auto& key) { return std::tie(total.bucket, total.currency) < key; });
    if (at == totals.end() || at->bucket != bucket || at->currency != event->currency) {
      at = totals.insert(at, {bucket, event->currency, {}});
    }
    Sums& sums = at->amounts.Of(event->kind);
    RETURN_IF_ERROR(Increase(sums.orders, 1));
    for (const SaleLine& line : event->lines) RETURN_IF_ERROR(AddLine(line, sums));
  }
  return totals;
}

}  // namespace

Sums& Amounts::Of(SaleEvent::Kind kind) {
  switch (kind) {
    case SaleEvent::Kind::kAccepted:
      break;
    case SaleEvent::Kind::kPaid:
      return paid;
    case SaleEvent::Kind::kShipped:
      return shipped;
    case SaleEvent::Kind::kCancelled:
      return cancelled;
  }
  return accepted;
}

absl::Time HourOf(absl::Time time) { return absl::UnixEpoch() + absl::Floor(time - absl::UnixEpoch(), absl::Hours(1)); }

absl::StatusOr<Deltas> Fold(absl::Span<const SaleEvent* const> events) {
  Deltas deltas;
  ASSIGN_OR_RETURN(deltas.sales, FoldSales(events));
  ASSIGN_OR_RETURN(deltas.totals, FoldTotals(events));
  return deltas;
}

}  // namespace ordermesh::analytics
