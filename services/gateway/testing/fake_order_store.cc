#include "services/gateway/testing/fake_order_store.h"

#include <algorithm>

#include "libs/api/refusals.h"
#include "libs/domain/allocate.h"
#include "libs/domain/order_size.h"
#include "libs/domain/states.h"
#include "services/gateway/app/refusals.h"

namespace ordermesh::gateway {

using base::MutexLock;
using domain::OrderState;

void FakeOrderStore::SetStock(const domain::ProductId& product, std::int64_t available) {
  MutexLock lock(mu_);
  stock_[product] = available;
}

std::int64_t FakeOrderStore::Stock(const domain::ProductId& product) const {
  MutexLock lock(mu_);
  auto found = stock_.find(product);
  return found == stock_.end() ? 0 : found->second;
}

std::int64_t FakeOrderStore::Reserved(const domain::ProductId& product) const {
  MutexLock lock(mu_);
  auto found = reserved_.find(product);
  return found == reserved_.end() ? 0 : found->second;
}

void FakeOrderStore::SetState(const domain::OrderId& id, OrderState state) {
  MutexLock lock(mu_);
  domain::Order& order = orders_.at(id).order;
  order.state = state;
  ++order.version;
  order.updated_at = clock_.Now();
}

void FakeOrderStore::FailNext(absl::Status status) {
  MutexLock lock(mu_);
  failures_.push_back(std::move(status));
}

void FakeOrderStore::LoseNextReply() {
  MutexLock lock(mu_);
  lose_reply_ = true;
}

void FakeOrderStore::Hold() {
  MutexLock lock(mu_);
  held_ = true;
}

void FakeOrderStore::HoldLookUps() {
  MutexLock lock(mu_);
  look_ups_held_ = true;
}

void FakeOrderStore::Release() {
  std::vector<aio::Completion<absl::Status>::Setter> waiting;
  {
    MutexLock lock(mu_);
    held_ = look_ups_held_ = false;
    waiting.swap(waiting_);
  }
  for (auto& go_on : waiting) go_on(absl::OkStatus());
}

std::vector<FakeOrderStore::Event> FakeOrderStore::Events() const {
  MutexLock lock(mu_);
  return events_;
}

std::vector<std::size_t> FakeOrderStore::BatchSizes() const {
  MutexLock lock(mu_);
  return batch_sizes_;
}

int FakeOrderStore::version_queries() const {
  MutexLock lock(mu_);
  return version_queries_;
}

aio::Task<absl::Status> FakeOrderStore::Pass(aio::Waiter waiter, bool look_up) {
  aio::Completion<absl::Status> released(waiter.lane);
  bool wait = false;
  {
    MutexLock lock(mu_);
    wait = held_ || (look_up && look_ups_held_);
    if (wait) waiting_.push_back(released.setter());
  }
  if (wait) {
    absl::Status go_on = co_await released;
    go_on.IgnoreError();
  }
  if (waiter.deadline.Expired(waiter.lane.timer())) co_return api::DeadlinePassed();
  if (waiter.gone.stop_requested()) co_return api::CallerGone();
  MutexLock lock(mu_);
  if (failures_.empty()) co_return absl::OkStatus();
  absl::Status failure = std::move(failures_.front());
  failures_.pop_front();
  co_return failure;
}

aio::Task<std::vector<absl::StatusOr<Accepted>>> FakeOrderStore::Accept(aio::Lane& lane,
                                                                        std::vector<Acceptance> batch) {
  using Results = std::vector<absl::StatusOr<Accepted>>;
  const std::size_t orders = batch.size();
  auto pass = Pass({lane});
  const absl::Status failure = co_await pass;
  MutexLock lock(mu_);
  batch_sizes_.push_back(orders);
  if (!failure.ok()) co_return Results(orders, failure);
  Results results = AcceptNow(std::move(batch));
  if (std::exchange(lose_reply_, false))
    co_return Results(orders, api::OutcomeUnknown("database", "told to lose the reply"));
  co_return results;
}

std::vector<absl::StatusOr<Accepted>> FakeOrderStore::AcceptNow(std::vector<Acceptance> batch) {
  std::vector<absl::StatusOr<Accepted>> results;
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now()));
  for (Acceptance& asked : batch) {
    const RequestKey key{asked.order.caller, asked.request_id};
    if (auto taken = by_key_.find(key); taken != by_key_.end()) {
      const StoredRequest& stored = orders_.at(taken->second);
      results.push_back(Accepted{stored, stored.order.id != asked.order.id});
      continue;
    }
    std::vector<domain::StockFigure> figures;
    for (const auto& [product, available] : stock_) figures.push_back({product, available});
    const absl::Span<const domain::OrderLine> lines[] = {asked.order.content.lines};
    domain::Allocation allocation = domain::Allocate(lines, figures);
    if (!allocation.decisions[0].empty()) {
      results.push_back(domain::ToStatus(domain::Refuse(std::move(allocation.decisions[0]))));
      continue;
    }
    for (const domain::StockTaken& taken : allocation.taken) {
      stock_[taken.product] -= taken.quantity;
      reserved_[taken.product] += taken.quantity;
    }
    domain::Order& order = asked.order;
    order.state = OrderState::kAccepted;
    order.version = 1;
    order.created_at = order.updated_at = now;
    events_.push_back({order.id, order.state, order.version, asked.traceparent, order.cancel_reason});
    by_key_[key] = order.id;
    const StoredRequest& stored = orders_[order.id] = {order, asked.fingerprint};
    results.push_back(Accepted{stored, false});
  }
  return results;
}

aio::Task<absl::StatusOr<std::vector<std::optional<StoredRequest>>>> FakeOrderStore::Find(
    aio::Waiter waiter, std::vector<RequestKey> keys) {
  auto pass = Pass(waiter, /*look_up=*/true);
  absl::Status failure = co_await pass;
  if (!failure.ok()) co_return failure;
  MutexLock lock(mu_);
  std::vector<std::optional<StoredRequest>> found;
  for (const RequestKey& key : keys) {
    auto id = by_key_.find(key);
    found.push_back(id == by_key_.end() ? std::nullopt : std::optional(orders_.at(id->second)));
  }
  co_return found;
}

aio::Task<absl::StatusOr<domain::Order>> FakeOrderStore::Get(aio::Waiter waiter, std::string caller,
                                                             domain::OrderId id) {
  auto pass = Pass(waiter);
  absl::Status failure = co_await pass;
  if (!failure.ok()) co_return failure;
  MutexLock lock(mu_);
  auto found = orders_.find(id);
  if (found == orders_.end() || found->second.order.caller != caller) co_return OrderNotFound(id);
  co_return found->second.order;
}

std::vector<domain::Order> FakeOrderStore::Matching(const OrderFilter& filter) const {
  std::vector<domain::Order> matching;
  for (const auto& [id, stored] : orders_) {
    const domain::Order& order = stored.order;
    if (order.caller != filter.caller) continue;
    if (!filter.customer_id.empty() && order.content.customer_id != filter.customer_id) continue;
    if (filter.state != OrderState::kUnspecified && order.state != filter.state) continue;
    if (filter.created_from.has_value() && order.created_at < *filter.created_from) continue;
    if (filter.created_before.has_value() && order.created_at >= *filter.created_before) continue;
    matching.push_back(order);
  }
  std::sort(matching.begin(), matching.end(), [](const domain::Order& a, const domain::Order& b) {
    return std::pair(a.created_at, a.id) > std::pair(b.created_at, b.id);
  });
  return matching;
}

aio::Task<absl::StatusOr<std::vector<domain::Order>>> FakeOrderStore::List(aio::Waiter waiter, OrderQuery query) {
  auto pass = Pass(waiter);
  absl::Status failure = co_await pass;
  if (!failure.ok()) co_return failure;
  MutexLock lock(mu_);
  std::vector<domain::Order> page;
  int to_skip = query.skip;
  std::size_t bytes = 0;
  for (domain::Order& order : Matching(query.filter)) {
    if (query.after && std::pair(order.created_at, order.id) >= std::pair(query.after->time, query.after->id)) continue;
    if (to_skip-- > 0) continue;
    if (static_cast<int>(page.size()) == query.limit) break;
    if (page.size() > 1 && bytes > query.max_bytes) break;
    bytes += domain::BytesAtMost(order);
    page.push_back(std::move(order));
  }
  co_return page;
}

aio::Task<absl::StatusOr<std::int64_t>> FakeOrderStore::Count(aio::Waiter waiter, OrderFilter filter,
                                                              std::int64_t at_most) {
  auto pass = Pass(waiter);
  absl::Status failure = co_await pass;
  if (!failure.ok()) co_return failure;
  MutexLock lock(mu_);
  co_return std::min<std::int64_t>(at_most, static_cast<std::int64_t>(Matching(filter).size()));
}

aio::Task<absl::StatusOr<domain::Order>> FakeOrderStore::Move(aio::Waiter waiter, OrderMove move) {
  auto pass = Pass(waiter);
  absl::Status failure = co_await pass;
  if (!failure.ok()) co_return failure;
  MutexLock lock(mu_);
  auto found = orders_.find(move.id);
  if (found == orders_.end() || found->second.order.caller != move.caller) co_return OrderNotFound(move.id);
  domain::Order& order = found->second.order;
  const absl::StatusOr<domain::Move> verdict = domain::CheckMove(order.state, move.to);
  if (!verdict.ok()) co_return verdict.status();
  if (*verdict == domain::Move::kNothing) co_return order;
  if (move.version.has_value() && *move.version != order.version) co_return EtagStale(order.id);
  order.state = move.to;
  order.cancel_reason = move.cancel_reason;
  ++order.version;
  order.updated_at = clock_.Now();
  for (const domain::OrderLine& line : order.content.lines) {
    if (move.to == OrderState::kCancelled) stock_[line.product_id] += line.quantity;
    if (move.to == OrderState::kCancelled || move.to == OrderState::kShipped) {
      reserved_[line.product_id] -= line.quantity;
    }
  }
  events_.push_back({order.id, order.state, order.version, move.traceparent, order.cancel_reason});
  co_return order;
}

aio::Task<absl::StatusOr<std::map<domain::OrderId, std::int64_t>>> FakeOrderStore::Versions(
    aio::Waiter waiter, std::vector<domain::OrderId> ids) {
  auto pass = Pass(waiter);
  absl::Status failure = co_await pass;
  if (!failure.ok()) co_return failure;
  MutexLock lock(mu_);
  ++version_queries_;
  std::map<domain::OrderId, std::int64_t> versions;
  for (const domain::OrderId& id : ids) {
    if (auto found = orders_.find(id); found != orders_.end()) versions[id] = found->second.order.version;
  }
  co_return versions;
}

}  // namespace ordermesh::gateway
