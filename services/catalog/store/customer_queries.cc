#include "services/catalog/store/customer_queries.h"

#include "absl/time/time.h"
#include "libs/base/status.h"
#include "services/catalog/app/customer_refusals.h"
#include "services/catalog/sql.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kGet{"get_customer", sql::kGetCustomer};
constexpr Statement kList{"list_customers", sql::kListCustomers};
constexpr Statement kListByName{"list_customers_by_name", sql::kListCustomersByName};
constexpr Statement kListByUpdate{"list_customers_by_update", sql::kListCustomersByUpdate};
constexpr Statement kCount{"count_customers", sql::kCountCustomers};

// Before every customer; proto timestamps reach no further.
const absl::Time kFirst = absl::FromUnixSeconds(-62135596800);  // 0001-01-01

// The parameters that every statement begins with.
Params Filter(const CustomerFilter& filter) {
  Params params;
  if (filter.active.has_value()) {
    params.Bool(*filter.active);
  } else {
    params.Null(Type::kBool);
  }
  params.Text(filter.email).Bool(filter.deleted);
  return params;
}

}  // namespace

Customer ReadCustomer(const Result& rows, int row) {
  Customer customer{.id = std::string(rows.Text(row, 0)),
                    .content = {.name = std::string(rows.Text(row, 1)),
                                .email = std::string(rows.Text(row, 2)),
                                .active = rows.Bool(row, 3),
                                .order_updates = rows.Bool(row, 4)},
                    .version = rows.Int8(row, 5),
                    .created_at = rows.Timestamp(row, 6),
                    .updated_at = rows.Timestamp(row, 7)};
  if (!rows.IsNull(row, 8)) customer.deleted_at = rows.Timestamp(row, 8);
  return customer;
}

absl::StatusOr<Customer> GetCustomer(Connection& connection, const std::string& id) {
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(kGet, Params().Text(id)));
  if (rows.rows() == 0) return CustomerNotFound(id);
  return ReadCustomer(rows, 0);
}

absl::StatusOr<std::vector<Customer>> ListCustomers(Connection& connection, const CustomerQuery& query) {
  const CustomerFilter& filter = query.filter;
  // Without a position: behind the first that there can be.
  const CustomerPosition after = query.after.value_or(
      CustomerPosition{.name = filter.name_prefix, .updated_at = filter.updated_from.value_or(kFirst)});
  Params params = Filter(filter);
  const Statement* statement = &kList;
  switch (OrderOf(filter)) {
    case CustomerOrder::kId:
      params.Text(after.id);
      break;
    case CustomerOrder::kName:
      statement = &kListByName;
      params.Timestamp(filter.updated_from.value_or(kFirst)).Text(filter.name_prefix).Text(after.name).Text(after.id);
      break;
    case CustomerOrder::kUpdateTime:
      statement = &kListByUpdate;
      params.Timestamp(*filter.updated_from).Timestamp(after.updated_at).Text(after.id);
      break;
  }
  params.Int8(query.skip).Int8(query.limit);
  ASSIGN_OR_RETURN(const Result rows, connection.Execute(*statement, params));
  std::vector<Customer> customers;
  customers.reserve(static_cast<std::size_t>(rows.rows()));
  for (int row = 0; row < rows.rows(); ++row) customers.push_back(ReadCustomer(rows, row));
  return customers;
}

absl::StatusOr<std::int64_t> CountCustomers(Connection& connection, const CustomerFilter& filter,
                                            std::int64_t at_most) {
  Params params = Filter(filter);
  if (filter.updated_from.has_value()) {
    params.Timestamp(*filter.updated_from);
  } else {
    params.Null(Type::kTimestamptz);
  }
  params.Text(filter.name_prefix).Int8(at_most);
  ASSIGN_OR_RETURN(const Result count, connection.Execute(kCount, params));
  return count.Int8(0, 0);
}

}  // namespace ordermesh::catalog
