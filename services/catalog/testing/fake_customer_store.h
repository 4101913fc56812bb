// Customers in memory, for tests: keeps the contract of CustomerStore, and fails when told to.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/catalog/app/customer_store.h"

namespace ordermesh::catalog {

// Thread-safe. The clock must outlive it. Names are lower-cased as ASCII.
class FakeCustomerStore : public CustomerStore {
 public:
  // What happened, as the outbox would tell it.
  struct Event {
    Customer customer;
    std::string traceparent;

    friend bool operator==(const Event&, const Event&) = default;
  };

  explicit FakeCustomerStore(base::Clock& clock) : clock_(clock) {}

  // The next call fails, and does nothing. Several: one after the other.
  void FailNext(absl::Status status);
  std::vector<Event> Events() const;

  aio::Task<absl::StatusOr<Customer>> Create(aio::Waiter waiter, CustomerCreation creation) override;
  aio::Task<absl::StatusOr<Customer>> Get(aio::Waiter waiter, std::string id) override;
  aio::Task<absl::StatusOr<std::vector<Customer>>> List(aio::Waiter waiter, CustomerQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, CustomerFilter filter,
                                                std::int64_t at_most) override;
  aio::Task<absl::StatusOr<Customer>> Update(aio::Waiter waiter, CustomerUpdate update) override;
  aio::Task<absl::StatusOr<Customer>> Delete(aio::Waiter waiter, CustomerDeletion deletion) override;

 private:
  struct StoredRequest {
    std::string fingerprint;
    std::string customer;
  };
  absl::Status Pass(const aio::Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // By the database's clock, which counts microseconds.
  absl::Time Now() const;
  // Stores the next version of it.
  Customer Change(Customer changed, const std::string& traceparent) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // In the order of the filter.
  std::vector<Customer> Matching(const CustomerFilter& filter) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  base::Clock& clock_;
  mutable base::Mutex mu_;
  std::map<std::string, Customer> customers_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<std::string, std::string>, StoredRequest> requests_ ABSL_GUARDED_BY(mu_);  // by caller and id
  std::vector<Event> events_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Status> failures_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::catalog
