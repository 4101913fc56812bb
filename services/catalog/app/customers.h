// What is done with customers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "libs/mesh/call.h"
#include "services/catalog/app/customer_store.h"

namespace ordermesh::catalog {

// As the client asked.
struct NewCustomer {
  std::string id;  // empty: the server makes one
  CustomerContent content;
  std::string request_id;   // empty: the client gave none
  std::string fingerprint;  // of all that stands above but the request id
};

struct CustomerListRequest {
  CustomerFilter filter;
  std::int32_t page_size = 0;
  std::string page_token;
  std::int32_t skip = 0;
  bool show_total_size = false;
};

struct CustomerPage {
  api::Page<Customer> page;  // in the order of OrderOf
  std::optional<std::int64_t> total_size;
};

struct CustomerChange {
  std::string id;
  CustomerFields fields;
  std::string etag;  // empty: whatever it is now
};

// Thread-safe. The dependencies must outlive it. Beside what is said here, each fails as CustomerStore says.
class Customers {
 public:
  Customers(CustomerStore& store, base::IdSource& ids) : store_(store), ids_(ids) {}

  // Adds a customer; a repeat returns the one of the first time, as it is now.
  //   kInvalidArgument  a rule is broken, all are named; or the request id was used for another customer
  //   kAlreadyExists    the id is taken
  aio::Task<absl::StatusOr<Customer>> Create(const mesh::CallContext& call, NewCustomer customer);

  // kInvalidArgument: no customer's id is like this. kNotFound: there is none.
  aio::Task<absl::StatusOr<Customer>> Get(const mesh::CallContext& call, absl::string_view id);

  // kInvalidArgument: a negative size or skip, or a page token that is not this query's.
  aio::Task<absl::StatusOr<CustomerPage>> List(const mesh::CallContext& call, CustomerListRequest request);

  // Changes what is set in `fields`.
  //   kInvalidArgument     a rule is broken, all are named; or the id or the etag is malformed
  //   kNotFound            there is none
  //   kAborted             the etag is not the current one
  //   kFailedPrecondition  the customer is deleted
  aio::Task<absl::StatusOr<Customer>> Update(const mesh::CallContext& call, CustomerChange change);

  // Erases the customer. One that is deleted stays as it is, and the answer is OK whatever the etag.
  //   kInvalidArgument  the id or the etag is malformed
  //   kNotFound         there is none
  //   kAborted          the etag is not the current one
  aio::Task<absl::StatusOr<Customer>> Delete(const mesh::CallContext& call, std::string id, absl::string_view etag);

 private:
  ChangeTrace TraceOf(const mesh::CallContext& call) const { return {ids_.Next(), call.trace().traceparent()}; }

  CustomerStore& store_;
  base::IdSource& ids_;
};

}  // namespace ordermesh::catalog
