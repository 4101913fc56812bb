#include "services/analytics/testing/fake_rollup_store.h"

#include <algorithm>
#include <set>

#include "libs/base/status.h"
#include "libs/base/uuid_time.h"

namespace ordermesh::analytics {
namespace {

void AddTo(Sums& sum, const Sums& more) {
  sum.orders += more.orders;
  sum.units += more.units;
  sum.revenue_minor += more.revenue_minor;
}

void AddTo(Amounts& sum, const Amounts& more) {
  AddTo(sum.accepted, more.accepted);
  AddTo(sum.cancelled, more.cancelled);
  AddTo(sum.paid, more.paid);
  AddTo(sum.shipped, more.shipped);
}

std::optional<absl::Time> StartOf(absl::Time bucket, Grain grain) {
  switch (grain) {
    case Grain::kWindow:
      return std::nullopt;
    case Grain::kHour:
      return bucket;
    case Grain::kDay:
      return absl::UnixEpoch() + absl::Floor(bucket - absl::UnixEpoch(), absl::Hours(24));
  }
  return std::nullopt;
}

}  // namespace

void FakeRollups::FailNext(absl::Status status, int times, When when) {
  base::MutexLock lock(mu_);
  failure_ = std::move(status);
  failures_left_ = times;
  fail_when_ = when;
}

absl::Status FakeRollups::Failure(When when) {
  if (failures_left_ == 0 || when != fail_when_) return absl::OkStatus();
  --failures_left_;
  return failure_;
}

absl::StatusOr<Position> FakeRollupStore::Load(const Partition& partition) {
  base::MutexLock lock(rollups_.mu_);
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kBefore));
  return rollups_.positions_[partition];
}

absl::Status FakeRollupStore::Move(const Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) {
  base::MutexLock lock(rollups_.mu_);
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kBefore));
  auto at = rollups_.positions_.find(partition);
  if (at == rollups_.positions_.end() || at->second.next_offset != from) {
    return absl::FailedPreconditionError("the partition stands elsewhere");
  }
  at->second = {to, base::Uuid(), at->second.lost_records + lost};
  return rollups_.Failure(FakeRollups::When::kAfter);
}

absl::StatusOr<Applied> FakeRollupStore::Apply(const EventBatch& batch) {
  base::MutexLock lock(rollups_.mu_);
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kBefore));
  auto at = rollups_.positions_.find(batch.partition);
  if (at == rollups_.positions_.end() || at->second.next_offset != batch.first_offset) {
    return absl::FailedPreconditionError("the partition stands elsewhere");
  }
  std::vector<const SaleEvent*> fresh;
  std::set<base::Uuid> ids;
  Applied applied;
  for (const SaleEvent& event : batch.events) {
    for (const SaleLine& line : event.lines) {
      if (line.sku.find('\0') != std::string::npos) return absl::InvalidArgumentError("a text holds U+0000");
    }
    if (rollups_.seen_.count(event.event_id) != 0 || !ids.insert(event.event_id).second) {
      ++applied.repeats;
      continue;
    }
    applied.Count(event.kind);
    fresh.push_back(&event);
  }
  absl::StatusOr<Deltas> deltas = Fold(fresh);
  if (!deltas.ok()) return absl::InvalidArgumentError(deltas.status().message());
  for (const SaleEvent* event : fresh) rollups_.seen_[event->event_id] = rollups_.clock_.Now();
  for (const SalesDelta& delta : deltas->sales) {
    auto& [sku, amounts] = rollups_.sales_[{delta.bucket, delta.product_id, delta.currency}];
    sku = delta.sku;
    AddTo(amounts, delta.amounts);
  }
  for (const TotalsDelta& delta : deltas->totals)
    AddTo(rollups_.totals_[{delta.bucket, delta.currency}], delta.amounts);
  at->second.next_offset = batch.next_offset;
  at->second.last_record = batch.last_record;
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kAfter));
  return applied;
}

absl::StatusOr<stream::Positions> FakeRollupStore::Positions() {
  base::MutexLock lock(rollups_.mu_);
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kBefore));
  return stream::Positions(rollups_.positions_.begin(), rollups_.positions_.end());
}

absl::StatusOr<std::int64_t> FakeRollupStore::Prune(absl::Time before, int limit) {
  base::MutexLock lock(rollups_.mu_);
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kBefore));
  std::int64_t pruned = 0;
  for (auto at = rollups_.seen_.begin(); at != rollups_.seen_.end() && pruned < limit;) {
    if (at->first < base::FirstIdOf(before) && at->second < before) {
      at = rollups_.seen_.erase(at);
      ++pruned;
    } else {
      ++at;
    }
  }
  return pruned;
}

absl::StatusOr<std::vector<SalesFigure>> FakeRollupStore::QuerySales(const SalesQuery& query) {
  base::MutexLock lock(rollups_.mu_);
  RETURN_IF_ERROR(rollups_.Failure(FakeRollups::When::kBefore));
  // By time, product, currency.
  std::map<std::tuple<std::optional<absl::Time>, base::Uuid, std::string>, SalesFigure> figures;
  auto add = [&](absl::Time bucket, const base::Uuid& product, const std::string& sku, const std::string& currency,
                 const Amounts& amounts) {
    if (bucket < query.start || bucket >= query.end) return;
    std::optional<absl::Time> start = StartOf(bucket, query.grain);
    const base::Uuid group = query.by_product ? product : base::Uuid();
    SalesFigure& figure = figures[{start, group, currency}];
    figure.start = start;
    figure.product_id = group;
    if (query.by_product) figure.sku = std::max(figure.sku, sku);
    figure.currency = currency;
    AddTo(figure.amounts, amounts);
  };
  if (query.by_product || query.product_id.has_value() || query.sku.has_value()) {
    for (const auto& [key, row] : rollups_.sales_) {
      const auto& [bucket, product, currency] = key;
      if (query.product_id.has_value() && product != *query.product_id) continue;
      if (query.sku.has_value() && row.first != *query.sku) continue;
      add(bucket, product, row.first, currency, row.second);
    }
  } else {
    for (const auto& [key, amounts] : rollups_.totals_) add(std::get<0>(key), {}, "", std::get<1>(key), amounts);
  }
  std::vector<SalesFigure> sorted;
  for (auto& [key, figure] : figures) {
    if (static_cast<int>(sorted.size()) == query.max_rows) break;
    sorted.push_back(std::move(figure));
  }
  return sorted;
}

}  // namespace ordermesh::analytics
