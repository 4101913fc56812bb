// Where orders are kept, with the stock that they reserve and the events that they cause.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/aio/waiter.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "libs/domain/order.h"

namespace ordermesh::gateway {

// What an order is repeated by.
struct RequestKey {
  std::string caller;
  std::string request_id;

  friend auto operator<=>(const RequestKey&, const RequestKey&) = default;
  template <class H>
  friend H AbslHashValue(H h, const RequestKey& key) {
    return H::combine(std::move(h), key.caller, key.request_id);
  }
};

// An order to accept. Its ids are fixed before the first attempt, so that an attempt whose outcome is unknown can be
// made again and finds its own traces.
struct Acceptance {
  domain::Order order;      // with id, caller and content; the rest is set when it is stored
  std::string request_id;   // of the server's making when the client gave none
  std::string fingerprint;  // of what the client set
  base::Uuid event_id;
  std::string traceparent;
};

// An order, and the fingerprint of the request that made it.
struct StoredRequest {
  domain::Order order;
  std::string fingerprint;
};

struct Accepted {
  StoredRequest stored;
  bool earlier = false;  // another call with this key stored it before; whether it asked for the same is not known here
};

// A move of an order to another state than ACCEPTED.
struct OrderMove {
  std::string caller;
  domain::OrderId id;
  domain::OrderState to = domain::OrderState::kUnspecified;
  std::optional<std::int64_t> version;                                      // only if it is still this one
  domain::CancelReason cancel_reason = domain::CancelReason::kUnspecified;  // of a move to CANCELLED
  base::Uuid event_id;
  std::string traceparent;
};

struct OrderFilter {
  std::string caller;
  std::string customer_id;                                      // empty: any
  domain::OrderState state = domain::OrderState::kUnspecified;  // unspecified: any
  std::optional<absl::Time> created_from;
  std::optional<absl::Time> created_before;
};

struct OrderQuery {
  OrderFilter filter;
  std::optional<api::TimeAndId> after;  // only what comes behind it
  int skip = 0;
  int limit = 20;
  // No order is read behind those that weigh more than this together, but for the second: it tells that there are more.
  std::size_t max_bytes = api::kMaxPageBytes;
};

// Every method is called on a lane, which is its first argument or that of its waiter, and its result arrives there.
// What a waiter stopped waiting for is not begun. Only Accept has no waiter: a batch is of many callers, and has the
// store's own deadline. Thread-safe. A method that fails as a whole gives:
//   kUnavailable        the store is not reachable, or what is asked for is locked; nothing was changed; safe to repeat
//   kResourceExhausted  too much work is waiting for the store; nothing was changed
//   kDeadlineExceeded   the store went away while it committed, and stayed away: repeat to learn what happened; or the
//                       waiter's deadline passed before anything was changed
//   kCancelled          the waiter was gone before the work began
//   kInternal           a broken invariant of ours
class OrderStore {
 public:
  virtual ~OrderStore() = default;

  // Stores orders, reserves their stock and stores their events, in one commit. One result for each, in the same order;
  // a refused order takes nothing and fails no other. They are decided in the order of the batch, whose keys must
  // differ.
  //   OK                   stored now; or the order that had the key before (`earlier`), as it is now
  //   kFailedPrecondition  stock is short, or a product is gone; a violation for each such line
  //   kInvalidArgument     the store can't hold the data
  virtual aio::Task<std::vector<absl::StatusOr<Accepted>>> Accept(aio::Lane& lane, std::vector<Acceptance> batch) = 0;

  // The orders that have these keys. One result for each, in the same order.
  virtual aio::Task<absl::StatusOr<std::vector<std::optional<StoredRequest>>>> Find(aio::Waiter waiter,
                                                                                    std::vector<RequestKey> keys) = 0;

  // kNotFound: no order has this id, or it is another caller's.
  virtual aio::Task<absl::StatusOr<domain::Order>> Get(aio::Waiter waiter, std::string caller, domain::OrderId id) = 0;

  // A page of orders, newest first: up to the limit, or shortly behind max_bytes.
  virtual aio::Task<absl::StatusOr<std::vector<domain::Order>>> List(aio::Waiter waiter, OrderQuery query) = 0;

  // How many orders match; `at_most` when there are more.
  virtual aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, OrderFilter filter,
                                                        std::int64_t at_most) = 0;

  // Changes an order's state, moves its stock and stores its event, in one commit. A cancelled order's stock is given
  // back; what was reserved for a shipped one has left; to be paid or delivered moves none. An order that was moved
  // there already (domain::CheckMove) is returned as it is, whatever version was asked for, so that a repeat succeeds.
  //   kNotFound            no order has this id, or it is another caller's
  //   kAborted             the order's version is another
  //   kFailedPrecondition  its state does not allow it
  virtual aio::Task<absl::StatusOr<domain::Order>> Move(aio::Waiter waiter, OrderMove move) = 0;

  // The current versions of these orders; those that don't exist are left out.
  virtual aio::Task<absl::StatusOr<std::map<domain::OrderId, std::int64_t>>> Versions(
      aio::Waiter waiter, std::vector<domain::OrderId> ids) = 0;
};

}  // namespace ordermesh::gateway
