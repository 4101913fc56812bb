#include "services/catalog/store/postgres_customer_store.h"

#include <utility>

#include "libs/api/etag.h"
#include "libs/base/status.h"
#include "libs/domain/reasons.h"
#include "services/catalog/app/customer_refusals.h"
#include "services/catalog/store/customer_queries.h"
#include "services/catalog/store/customer_transactions.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;

constexpr api::StoreWords kWords = {.subject = "the customer", .unstorable = domain::reasons::kCustomerInvalid};
constexpr api::StoreWords kListWords = {.subject = "the customers",
                                        .unstorable = domain::reasons::kFilterMalformed,
                                        .narrow = "filter by e-mail address, or by the beginning of the name"};

absl::StatusOr<Customer> Updated(const CustomerUpdate& update, const Customer& now) {
  if (now.deleted_at.has_value()) return CustomerDeleted(now.id);
  RETURN_IF_ERROR(api::CheckVersion(update.version, now.version, kCustomer, now.id));
  Customer wanted = now;
  SetFields(update.fields, wanted.content);
  return wanted;
}

absl::StatusOr<Customer> Erased(const CustomerDeletion& deletion, const Customer& now) {
  if (now.deleted_at.has_value()) return now;
  RETURN_IF_ERROR(api::CheckVersion(deletion.version, now.version, kCustomer, now.id));
  Customer wanted = now;
  wanted.content = ErasedContent();
  wanted.deleted_at = now.updated_at;  // the database says when
  return wanted;
}

}  // namespace

aio::Task<absl::StatusOr<Customer>> PostgresCustomerStore::Create(aio::Waiter waiter, CustomerCreation creation) {
  CreateCustomerTransaction transaction(events_, std::move(creation));
  return sessions_.Write(waiter, kWords, [transaction = std::move(transaction)](Connection& connection) mutable {
    return transaction.Try(connection);
  });
}

aio::Task<absl::StatusOr<Customer>> PostgresCustomerStore::Get(aio::Waiter waiter, std::string id) {
  return sessions_.Read(waiter, kWords,
                        [id = std::move(id)](Connection& connection) { return GetCustomer(connection, id); });
}

aio::Task<absl::StatusOr<std::vector<Customer>>> PostgresCustomerStore::List(aio::Waiter waiter, CustomerQuery query) {
  return sessions_.Read(waiter, kListWords, [query = std::move(query)](Connection& connection) {
    return ListCustomers(connection, query);
  });
}

aio::Task<absl::StatusOr<std::int64_t>> PostgresCustomerStore::Count(aio::Waiter waiter, CustomerFilter filter,
                                                                     std::int64_t at_most) {
  return sessions_.Read(waiter, kListWords, [filter = std::move(filter), at_most](Connection& connection) {
    return CountCustomers(connection, filter, at_most);
  });
}

aio::Task<absl::StatusOr<Customer>> PostgresCustomerStore::Update(aio::Waiter waiter, CustomerUpdate update) {
  std::string id = update.id;
  ChangeTrace trace = update.trace;
  ChangeCustomerTransaction transaction(
      events_, std::move(id), std::move(trace),
      [update = std::move(update)](const Customer& now) { return Updated(update, now); });
  return sessions_.Write(waiter, kWords, [transaction = std::move(transaction)](Connection& connection) mutable {
    return transaction.Try(connection);
  });
}

aio::Task<absl::StatusOr<Customer>> PostgresCustomerStore::Delete(aio::Waiter waiter, CustomerDeletion deletion) {
  std::string id = deletion.id;
  ChangeTrace trace = deletion.trace;
  ChangeCustomerTransaction transaction(
      events_, std::move(id), std::move(trace),
      [deletion = std::move(deletion)](const Customer& now) { return Erased(deletion, now); });
  return sessions_.Write(waiter, kWords, [transaction = std::move(transaction)](Connection& connection) mutable {
    return transaction.Try(connection);
  });
}

}  // namespace ordermesh::catalog
