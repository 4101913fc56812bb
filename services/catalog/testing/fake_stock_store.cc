#include "services/catalog/testing/fake_stock_store.h"

#include <algorithm>

#include "libs/api/refusals.h"
#include "libs/base/status.h"
#include "services/catalog/app/product_refusals.h"
#include "services/catalog/testing/stock.h"

namespace ordermesh::catalog {

using base::MutexLock;

void FakeStockStore::AddProduct(const base::Uuid& id, std::string sku, std::optional<std::int64_t> available) {
  MutexLock lock(mu_);
  Entry& entry = products_[id];
  entry.level = {.product_id = id, .sku = std::move(sku)};
  entry.has_row = available.has_value();
  if (available.value_or(0) != 0) Move(entry, {.kind = MovementKind::kOpening, .available_delta = *available});
}

void FakeStockStore::DeleteProduct(const base::Uuid& id) {
  MutexLock lock(mu_);
  products_.at(id).deleted = true;
}

void FakeStockStore::Order(MovementKind kind, const base::Uuid& order, const base::Uuid& product,
                           std::int64_t quantity) {
  MutexLock lock(mu_);
  Movement movement{.kind = kind, .order_id = order};
  if (kind == MovementKind::kReservation) {
    movement.id = order;
    movement.line = 1;
    movement.available_delta = -quantity;
    movement.reserved_delta = quantity;
  } else {
    movement.available_delta = kind == MovementKind::kRelease ? quantity : 0;
    movement.reserved_delta = -quantity;
  }
  Move(products_.at(product), std::move(movement));
}

void FakeStockStore::FailNext(absl::Status status) {
  MutexLock lock(mu_);
  failures_.push_back(std::move(status));
}

std::vector<std::string> FakeStockStore::Events() const {
  MutexLock lock(mu_);
  return events_;
}

absl::Status FakeStockStore::Pass(const aio::Waiter& waiter) {
  if (waiter.deadline.Expired(waiter.lane.timer())) return api::DeadlinePassed();
  if (waiter.gone.stop_requested()) return api::CallerGone();
  if (failures_.empty()) return absl::OkStatus();
  absl::Status failure = std::move(failures_.front());
  failures_.pop_front();
  return failure;
}

const Movement& FakeStockStore::Move(Entry& entry, Movement movement) {
  if (movement.id.is_nil()) movement.id = ids_.Next();
  movement.product_id = entry.level.product_id;
  // One after the other, however fast they come.
  last_ = std::max(absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now())), last_ + absl::Microseconds(1));
  movement.created_at = last_;
  entry.level.available += movement.available_delta;
  entry.level.reserved += movement.reserved_delta;
  return entry.movements.emplace_back(std::move(movement));
}

std::vector<StockLevel> FakeStockStore::Listed(const std::optional<std::int64_t>& available_below) const {
  std::vector<StockLevel> listed;
  for (const auto& [id, entry] : products_) {
    if (!entry.has_row || entry.deleted) continue;
    if (available_below.has_value() && entry.level.available >= *available_below) continue;
    listed.push_back(entry.level);
  }
  std::sort(listed.begin(), listed.end(), [](const StockLevel& a, const StockLevel& b) {
    return std::pair(a.available, a.product_id) < std::pair(b.available, b.product_id);
  });
  return listed;
}

aio::Task<absl::StatusOr<StockLevel>> FakeStockStore::Get(aio::Waiter waiter, base::Uuid product) {
  MutexLock lock(mu_);
  absl::Status failure = Pass(waiter);
  if (!failure.ok()) co_return failure;
  const auto found = products_.find(product);
  if (found == products_.end()) co_return ProductNotFound(product);
  co_return found->second.level;
}

aio::Task<absl::StatusOr<std::vector<StockLevel>>> FakeStockStore::List(aio::Waiter waiter, StockQuery query) {
  MutexLock lock(mu_);
  absl::Status failure = Pass(waiter);
  if (!failure.ok()) co_return failure;
  std::vector<StockLevel> page;
  int to_skip = query.skip;
  for (const StockLevel& level : Listed(query.available_below)) {
    const bool before = query.after.has_value() && std::pair(level.available, level.product_id) <=
                                                       std::pair(query.after->available, query.after->product_id);
    if (before || to_skip-- > 0) continue;
    if (static_cast<int>(page.size()) == query.limit) break;
    page.push_back(level);
  }
  co_return page;
}

aio::Task<absl::StatusOr<std::int64_t>> FakeStockStore::Count(aio::Waiter waiter,
                                                              std::optional<std::int64_t> available_below,
                                                              std::int64_t at_most) {
  MutexLock lock(mu_);
  absl::Status failure = Pass(waiter);
  if (!failure.ok()) co_return failure;
  co_return std::min(at_most, static_cast<std::int64_t>(Listed(available_below).size()));
}

absl::StatusOr<StockLevel> FakeStockStore::AdjustNow(const Adjustment& adjustment) {
  const auto found = products_.find(adjustment.product_id);
  if (found == products_.end()) return ProductNotFound(adjustment.product_id);
  Entry& entry = found->second;
  const std::pair key(adjustment.request.caller, adjustment.request.request_id);
  if (const auto earlier = requests_.find(key); earlier != requests_.end()) {
    if (earlier->second.fingerprint == adjustment.request.fingerprint) return entry.level;
    return api::IdempotencyKeyReused("an adjustment of stock");
  }
  ASSIGN_OR_RETURN(const std::int64_t delta, DeltaOf(adjustment.change, entry.level));
  requests_[key] = adjustment.request;
  entry.has_row = true;
  if (delta != 0) {
    const Movement& movement = Move(entry, {.available_delta = delta, .reason = adjustment.reason});
    ++entry.level.version;
    events_.push_back(StockEventText(entry.level, movement));
  }
  return entry.level;
}

aio::Task<absl::StatusOr<StockLevel>> FakeStockStore::Adjust(aio::Waiter waiter, Adjustment adjustment) {
  MutexLock lock(mu_);
  absl::Status failure = Pass(waiter);
  if (!failure.ok()) co_return failure;
  co_return AdjustNow(adjustment);
}

aio::Task<absl::StatusOr<std::vector<Movement>>> FakeStockStore::Movements(aio::Waiter waiter, MovementQuery query) {
  MutexLock lock(mu_);
  absl::Status failure = Pass(waiter);
  if (!failure.ok()) co_return failure;
  const auto found = products_.find(query.product_id);
  if (found == products_.end()) co_return ProductNotFound(query.product_id);
  std::vector<Movement> movements = found->second.movements;
  std::sort(movements.begin(), movements.end(),
            [](const Movement& a, const Movement& b) { return Newer(PlaceOf(a), PlaceOf(b)); });
  std::vector<Movement> page;
  int to_skip = query.skip;
  for (Movement& movement : movements) {
    const bool before = query.after.has_value() && !Newer(*query.after, PlaceOf(movement));
    if (before || to_skip-- > 0) continue;
    if (static_cast<int>(page.size()) == query.limit) break;
    page.push_back(std::move(movement));
  }
  co_return page;
}

aio::Task<absl::StatusOr<std::int64_t>> FakeStockStore::CountMovements(aio::Waiter waiter, base::Uuid product,
                                                                       std::int64_t at_most) {
  MutexLock lock(mu_);
  absl::Status failure = Pass(waiter);
  if (!failure.ok()) co_return failure;
  const auto found = products_.find(product);
  const std::size_t movements = found == products_.end() ? 0 : found->second.movements.size();
  co_return std::min(at_most, static_cast<std::int64_t>(movements));
}

}  // namespace ordermesh::catalog
