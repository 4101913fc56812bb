// Orders in memory, for tests: keeps the contract of OrderStore, and fails when told to.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/aio/completion.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// Thread-safe. The clock must outlive it.
class FakeOrderStore : public OrderStore {
 public:
  // What happened, as the outbox would tell it.
  struct Event {
    domain::OrderId order;
    domain::OrderState state = domain::OrderState::kUnspecified;
    std::int64_t version = 0;
    std::string traceparent;
    domain::CancelReason cancel_reason = domain::CancelReason::kUnspecified;

    friend bool operator==(const Event&, const Event&) = default;
  };

  explicit FakeOrderStore(base::Clock& clock) : clock_(clock) {}

  void SetStock(const domain::ProductId& product, std::int64_t available);
  std::int64_t Stock(const domain::ProductId& product) const;
  std::int64_t Reserved(const domain::ProductId& product) const;
  // As if another process had moved it.
  void SetState(const domain::OrderId& id, domain::OrderState state);

  // The next call fails as a whole, and does nothing. Several: one after the other.
  void FailNext(absl::Status status);
  // The next Accept stores, and answers with an unknown outcome all the same.
  void LoseNextReply();
  // From now on every call waits, until Release.
  void Hold();
  // The same for Find alone, until Release.
  void HoldLookUps();
  void Release();

  std::vector<Event> Events() const;
  std::vector<std::size_t> BatchSizes() const;  // of the calls of Accept
  int version_queries() const;

  aio::Task<std::vector<absl::StatusOr<Accepted>>> Accept(aio::Lane& lane, std::vector<Acceptance> batch) override;
  aio::Task<absl::StatusOr<std::vector<std::optional<StoredRequest>>>> Find(aio::Waiter waiter,
                                                                            std::vector<RequestKey> keys) override;
  aio::Task<absl::StatusOr<domain::Order>> Get(aio::Waiter waiter, std::string caller, domain::OrderId id) override;
  aio::Task<absl::StatusOr<std::vector<domain::Order>>> List(aio::Waiter waiter, OrderQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, OrderFilter filter, std::int64_t at_most) override;
  aio::Task<absl::StatusOr<domain::Order>> Move(aio::Waiter waiter, OrderMove move) override;
  aio::Task<absl::StatusOr<std::map<domain::OrderId, std::int64_t>>> Versions(
      aio::Waiter waiter, std::vector<domain::OrderId> ids) override;

 private:
  // Waits while held; the failure that was asked for.
  aio::Task<absl::Status> Pass(aio::Waiter waiter, bool look_up = false);
  std::vector<absl::StatusOr<Accepted>> AcceptNow(std::vector<Acceptance> batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::vector<domain::Order> Matching(const OrderFilter& filter) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  base::Clock& clock_;
  mutable base::Mutex mu_;
  std::map<domain::OrderId, StoredRequest> orders_ ABSL_GUARDED_BY(mu_);
  std::map<RequestKey, domain::OrderId> by_key_ ABSL_GUARDED_BY(mu_);
  std::map<domain::ProductId, std::int64_t> stock_ ABSL_GUARDED_BY(mu_);
  std::map<domain::ProductId, std::int64_t> reserved_ ABSL_GUARDED_BY(mu_);
  std::vector<Event> events_ ABSL_GUARDED_BY(mu_);
  std::vector<std::size_t> batch_sizes_ ABSL_GUARDED_BY(mu_);
  int version_queries_ ABSL_GUARDED_BY(mu_) = 0;
  std::deque<absl::Status> failures_ ABSL_GUARDED_BY(mu_);
  bool lose_reply_ ABSL_GUARDED_BY(mu_) = false;
  bool held_ ABSL_GUARDED_BY(mu_) = false;
  bool look_ups_held_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<aio::Completion<absl::Status>::Setter> waiting_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::gateway
