#include "services/catalog/store/customer_transactions.h"

#include <optional>
#include <string>
#include <vector>

#include "libs/base/status.h"
#include "libs/postgres/repeat.h"
#include "services/catalog/app/customer_refusals.h"
#include "services/catalog/sql.h"
#include "services/catalog/store/change_lock.h"
#include "services/catalog/store/customer_queries.h"
#include "services/catalog/store/outbox_rows.h"
#include "services/catalog/store/request_rows.h"

namespace ordermesh::catalog {
namespace {

using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;

constexpr Statement kInsert{"insert_customer", sql::kInsertCustomer};
constexpr Statement kLock{"lock_customer", sql::kLockCustomer};
constexpr Statement kUpdate{"update_customer", sql::kUpdateCustomer};
constexpr Statement kForgetRequest{"forget_customer_request", sql::kForgetCustomerRequest};

// Stores the event of what was written, forgets what an erased customer was made of, and commits it all.
absl::Status Finish(Connection& connection, const CatalogEvents& events, const Customer& customer,
                    const ChangeTrace& trace) {
  Connection::Pipeline pipeline(connection);
  SendEvent(pipeline, trace.event_id, events.OfCustomer(customer, trace.traceparent));
  if (customer.deleted_at.has_value()) pipeline.Send(kForgetRequest, Params().Text(customer.id));
  pipeline.Commit();
  return pipeline.Finish().status();
}

}  // namespace

absl::StatusOr<Customer> CreateCustomerTransaction::Try(Connection& connection) {
  return postgres::EndAttempt(connection, Run(connection));
}

absl::StatusOr<Customer> CreateCustomerTransaction::Run(Connection& connection) {
  RETURN_IF_ERROR(connection.Begin());
  ASSIGN_OR_RETURN(const std::optional<std::string> earlier,
                   ClaimRequest(connection, creation_.request, creation_.id, "a customer"));
  if (earlier.has_value()) return GetCustomer(connection, *earlier);
  const CustomerContent& content = creation_.content;
  ASSIGN_OR_RETURN(const Result inserted, connection.Execute(kInsert, Params()
                                                                          .Text(creation_.id)
                                                                          .Text(content.name)
                                                                          .Text(content.email)
                                                                          .Bool(content.active)
                                                                          .Bool(content.order_updates)));
  if (inserted.rows() == 0) return CustomerIdTaken(creation_.id);
  const Customer customer = ReadCustomer(inserted, 0);
  RETURN_IF_ERROR(Finish(connection, *events_, customer, creation_.trace));
  return customer;
}

absl::StatusOr<Customer> ChangeCustomerTransaction::Try(Connection& connection) {
  return postgres::EndAttempt(connection, Run(connection));
}

absl::StatusOr<Customer> ChangeCustomerTransaction::Run(Connection& connection) {
  bool done = false;
  ASSIGN_OR_RETURN(const Customer now, Lock(connection, done));
  if (done) return now;
  ASSIGN_OR_RETURN(const Customer wanted, judge_(now));
  if (wanted == now) return now;
  ASSIGN_OR_RETURN(const Written written, Write(connection, wanted));
  const absl::Status finished = Finish(connection, *events_, written.customer, trace_);
  if (finished.ok()) return written.customer;
  if (connection.OutcomeUnknown()) unanswered_.Remember(written.customer, written.transaction);
  return finished;
}

absl::StatusOr<Customer> ChangeCustomerTransaction::Lock(Connection& connection, bool& done) {
  Connection::Pipeline pipeline(connection);
  pipeline.Begin();
  SendChangeLock(pipeline, "customer", id_);
  pipeline.Send(kLock, Params().Text(id_));
  unanswered_.SendQuestion(pipeline);
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  if (std::optional<Customer> committed = unanswered_.Settle(results); committed.has_value()) {
    done = true;
    return *std::move(committed);
  }
  const Result& locked = results[1];
  if (locked.rows() == 0) return CustomerNotFound(id_);
  return ReadCustomer(locked, 0);
}

absl::StatusOr<ChangeCustomerTransaction::Written> ChangeCustomerTransaction::Write(Connection& connection,
                                                                                    const Customer& wanted) {
  const CustomerContent& content = wanted.content;
  ASSIGN_OR_RETURN(const Result updated, connection.Execute(kUpdate, Params()
                                                                         .Text(wanted.id)
                                                                         .Int8(wanted.version)
                                                                         .Text(content.name)
                                                                         .Text(content.email)
                                                                         .Bool(content.active)
                                                                         .Bool(content.order_updates)
                                                                         .Bool(wanted.deleted_at.has_value())));
  if (updated.rows() != 1) return absl::InternalError("the customer changed although its row is locked");
  return Written{ReadCustomer(updated, 0), updated.Xid8(0, 9)};
}

}  // namespace ordermesh::catalog
