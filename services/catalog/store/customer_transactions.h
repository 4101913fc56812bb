// The transactions that add and change customers. Each Try is one attempt, and any number of them has the effect of
// one. The refusals are those of CustomerStore; any other error is a status of the connection. To be copied and used by
// one thread at a time; the events must outlive them.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/customer_store.h"
#include "services/catalog/store/unanswered_commit.h"

namespace ordermesh::catalog {

class CreateCustomerTransaction {
 public:
  CreateCustomerTransaction(const CatalogEvents& events, CustomerCreation creation)
      : events_(&events), creation_(std::move(creation)) {}

  absl::StatusOr<Customer> Try(postgres::Connection& connection);

 private:
  absl::StatusOr<Customer> Run(postgres::Connection& connection);

  const CatalogEvents* events_;
  CustomerCreation creation_;
};

class ChangeCustomerTransaction {
 public:
  // What to make of a customer as it is now, under its lock: the same, and nothing is written; or why not.
  using Judge = std::function<absl::StatusOr<Customer>(const Customer& now)>;

  ChangeCustomerTransaction(const CatalogEvents& events, std::string id, ChangeTrace trace, Judge judge)
      : events_(&events), id_(std::move(id)), trace_(std::move(trace)), judge_(std::move(judge)) {}

  absl::StatusOr<Customer> Try(postgres::Connection& connection);

 private:
  // What an attempt has written.
  struct Written {
    Customer customer;
    std::uint64_t transaction = 0;
  };
  absl::StatusOr<Customer> Run(postgres::Connection& connection);
  // Locks the customer and reads it, as it is after waiting; or gives what an earlier attempt did after all.
  absl::StatusOr<Customer> Lock(postgres::Connection& connection, bool& done);
  absl::StatusOr<Written> Write(postgres::Connection& connection, const Customer& wanted);

  const CatalogEvents* events_;
  std::string id_;
  ChangeTrace trace_;
  Judge judge_;
  UnansweredCommit<Customer> unanswered_;
};

}  // namespace ordermesh::catalog
