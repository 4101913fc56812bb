#include "services/analytics/app/count_sales.h"

#include <algorithm>

#include "libs/base/failpoint.h"
#include "libs/base/status.h"
#include "services/analytics/app/decode_record.h"

namespace ordermesh::analytics {

absl::StatusOr<std::optional<SaleEvent>> CountSales::Decode(const stream::Record& record) {
  absl::StatusOr<std::optional<SaleEvent>> event = DecodeRecord(record);
  if (event.ok() && !event->has_value()) metrics_.ignored.Add();
  return event;
}

absl::Status CountSales::Apply(const stream::Batch& batch, const std::vector<const SaleEvent*>& events) {
  EventBatch counted{batch, {}};
  counted.events.reserve(events.size());
  for (const SaleEvent* event : events) counted.events.push_back(*event);
  absl::StatusOr<Applied> applied = store_.Apply(counted);
  if (absl::IsInvalidArgument(applied.status())) return base::Annotate(applied.status(), "can't be counted");
  if (!applied.ok()) return applied.status();
  base::HitFailpoint("analytics_after_commit");
  Report(counted.events, *applied);
  return absl::OkStatus();
}

void CountSales::Report(const std::vector<SaleEvent>& events, const Applied& applied) {
  metrics_.accepted.Add(static_cast<double>(applied.accepted));
  metrics_.paid.Add(static_cast<double>(applied.paid));
  metrics_.shipped.Add(static_cast<double>(applied.shipped));
  metrics_.cancelled.Add(static_cast<double>(applied.cancelled));
  metrics_.repeats.Add(static_cast<double>(applied.repeats));
  absl::Time oldest = absl::InfiniteFuture();
  for (const SaleEvent& event : events) {
    if (event.kind == SaleEvent::Kind::kAccepted) oldest = std::min(oldest, event.accept_time);
  }
  if (applied.accepted == 0 || oldest == absl::InfiniteFuture()) return;
  metrics_.delay.Observe(std::max(0.0, absl::ToDoubleSeconds(clock_.Now() - oldest)));
}

}  // namespace ordermesh::analytics
