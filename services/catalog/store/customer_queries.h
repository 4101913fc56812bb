// What is read of customers. Each blocks, and fails with a status of `connection`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/customer_store.h"

namespace ordermesh::catalog {

// The columns: id, name, email, active, order_updates, version, created_at, updated_at, deleted_at.
Customer ReadCustomer(const postgres::Result& rows, int row);

// NOT_FOUND: there is none with this id.
absl::StatusOr<Customer> GetCustomer(postgres::Connection& connection, const std::string& id);
absl::StatusOr<std::vector<Customer>> ListCustomers(postgres::Connection& connection, const CustomerQuery& query);
absl::StatusOr<std::int64_t> CountCustomers(postgres::Connection& connection, const CustomerFilter& filter,
                                            std::int64_t at_most);

}  // namespace ordermesh::catalog
