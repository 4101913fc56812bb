// Customers in PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/customer_store.h"
#include "services/catalog/store/sessions.h"

namespace ordermesh::catalog {

// Thread-safe. The dependencies must outlive it.
class PostgresCustomerStore : public CustomerStore {
 public:
  PostgresCustomerStore(Sessions& sessions, const CatalogEvents& events) : sessions_(sessions), events_(events) {}

  aio::Task<absl::StatusOr<Customer>> Create(aio::Waiter waiter, CustomerCreation creation) override;
  aio::Task<absl::StatusOr<Customer>> Get(aio::Waiter waiter, std::string id) override;
  aio::Task<absl::StatusOr<std::vector<Customer>>> List(aio::Waiter waiter, CustomerQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, CustomerFilter filter,
                                                std::int64_t at_most) override;
  aio::Task<absl::StatusOr<Customer>> Update(aio::Waiter waiter, CustomerUpdate update) override;
  aio::Task<absl::StatusOr<Customer>> Delete(aio::Waiter waiter, CustomerDeletion deletion) override;

 private:
  Sessions& sessions_;
  const CatalogEvents& events_;
};

}  // namespace ordermesh::catalog
