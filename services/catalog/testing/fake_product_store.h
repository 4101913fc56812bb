// Products in memory, for tests: keeps the contract of ProductStore, and fails when told to.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/product_store.h"

namespace ordermesh::catalog {

// Thread-safe. The dependencies must outlive it. Case is that of ASCII.
class FakeProductStore : public ProductStore {
 public:
  FakeProductStore(base::Clock& clock, const CatalogEvents& events) : clock_(clock), events_(events) {}

  // The next call fails, and does nothing. Several: one after the other.
  void FailNext(absl::Status status);
  // What was told, in its order.
  std::vector<OutboxEvent> Events() const;
  int calls() const;  // of all methods

  aio::Task<absl::StatusOr<Product>> Create(aio::Waiter waiter, ProductCreation creation) override;
  aio::Task<absl::StatusOr<Product>> Change(aio::Waiter waiter, ProductChange change) override;
  aio::Task<absl::StatusOr<Product>> Get(aio::Waiter waiter, ProductKey key) override;
  aio::Task<absl::StatusOr<std::vector<std::optional<Product>>>> Find(aio::Waiter waiter,
                                                                      std::vector<ProductKey> keys) override;
  aio::Task<absl::StatusOr<std::vector<ListedProduct>>> List(aio::Waiter waiter, ProductQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, ProductFilter filter,
                                                std::int64_t at_most) override;

 private:
  struct Made {
    std::string fingerprint;
    base::Uuid id;
  };

  // The failure that was asked for, or that nobody waits any more.
  absl::Status Pass(const aio::Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::Time Now() const { return absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now())); }
  Product* Look(const ProductKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);  // nullptr: there is none
  std::vector<ListedProduct> Matching(const ProductFilter& filter, ProductOrder order) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  base::Clock& clock_;
  const CatalogEvents& events_;
  mutable base::Mutex mu_;
  std::map<base::Uuid, Product> products_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<std::string, std::string>, Made> requests_ ABSL_GUARDED_BY(mu_);  // by caller and request id
  std::vector<OutboxEvent> told_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Status> failures_ ABSL_GUARDED_BY(mu_);
  int calls_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace ordermesh::catalog
