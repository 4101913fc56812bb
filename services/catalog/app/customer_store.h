// Where customers are kept, with the events of their changes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/task.h"
#include "libs/aio/waiter.h"
#include "libs/base/uuid.h"
#include "services/catalog/app/customer.h"
#include "services/catalog/app/customer_rules.h"
#include "services/catalog/app/request.h"

namespace ordermesh::catalog {

// What tells of a change. The event's id is fixed before the first attempt.
struct ChangeTrace {
  base::Uuid event_id;
  std::string traceparent;
};

struct CustomerCreation {
  std::string id;
  CustomerContent content;
  Request request;
  ChangeTrace trace;
};

struct CustomerUpdate {
  std::string id;
  CustomerFields fields;
  std::optional<std::int64_t> version;  // only if it is still this one
  ChangeTrace trace;
};

struct CustomerDeletion {
  std::string id;
  std::optional<std::int64_t> version;  // only if it is still this one
  ChangeTrace trace;
};

struct CustomerFilter {
  std::optional<bool> active;
  std::string email;        // empty: any
  std::string name_prefix;  // whatever the case of its letters; empty: any
  std::optional<absl::Time> updated_from;
  bool deleted = false;  // deleted ones, too
};

// What a list is sorted by, each with the id behind it. Ids and names in the order of their code points, names in lower
// case.
enum class CustomerOrder { kId, kName, kUpdateTime };

// That of the index by which the rows of a filter are found.
inline CustomerOrder OrderOf(const CustomerFilter& filter) {
  if (!filter.name_prefix.empty()) return CustomerOrder::kName;
  return filter.updated_from.has_value() ? CustomerOrder::kUpdateTime : CustomerOrder::kId;
}

struct CustomerPosition {
  std::string id;
  std::string name;       // with CustomerOrder::kName
  absl::Time updated_at;  // with CustomerOrder::kUpdateTime
};

struct CustomerQuery {
  CustomerFilter filter;
  std::optional<CustomerPosition> after;  // only what comes behind it, in the filter's order
  int skip = 0;
  int limit = 20;
};

// Results arrive on the waiter's lane. What a waiter stopped waiting for is not begun. Thread-safe. Any method fails
// with
//   kUnavailable        the store is not reachable, or the customer is locked; nothing was changed; safe to repeat
//   kResourceExhausted  too much work is waiting for the store; nothing was changed
//   kDeadlineExceeded   the store went away while it committed, and stayed away: whether it was changed is not known;
//   or
//                       the waiter's deadline passed before anything was changed
//   kCancelled          the waiter was gone before the work began
//   kInternal           a broken invariant of ours
class CustomerStore {
 public:
  virtual ~CustomerStore() = default;

  // Stores a customer and the event, in one commit; or finds the one that the same request made before, as it is now.
  //   kInvalidArgument  the request was made before, and asked for something else
  //   kAlreadyExists    there is one with this id, maybe deleted
  virtual aio::Task<absl::StatusOr<Customer>> Create(aio::Waiter waiter, CustomerCreation creation) = 0;

  // kNotFound: there is none.
  virtual aio::Task<absl::StatusOr<Customer>> Get(aio::Waiter waiter, std::string id) = 0;

  // In the order of OrderOf.
  virtual aio::Task<absl::StatusOr<std::vector<Customer>>> List(aio::Waiter waiter, CustomerQuery query) = 0;

  // How many match; `at_most` when there are more.
  virtual aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, CustomerFilter filter,
                                                        std::int64_t at_most) = 0;

  // Changes a customer and stores the event, in one commit. One that has these values already is returned as it is.
  //   kNotFound            there is none
  //   kFailedPrecondition  it is deleted
  //   kAborted             the version is another
  virtual aio::Task<absl::StatusOr<Customer>> Update(aio::Waiter waiter, CustomerUpdate update) = 0;

  // Erases a customer's content and stores the event, in one commit. A deleted one is returned as it is, whatever
  // version was asked for.
  //   kNotFound  there is none
  //   kAborted   the version is another
  virtual aio::Task<absl::StatusOr<Customer>> Delete(aio::Waiter waiter, CustomerDeletion deletion) = 0;
};

// What is left of the content of a deleted customer.
inline CustomerContent ErasedContent() { return {.active = false, .order_updates = false}; }

// In Protobuf's binary form, with its tag in a list, at most: the id, a name of four bytes for each character, the
// address, times, flags and the etag.
inline constexpr std::size_t kLargestCustomerBytes = 4 + 66 + 803 + 257 + 4 + 3 * 14 + 34;

}  // namespace ordermesh::catalog
