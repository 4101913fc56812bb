// Moving an order on: to be paid, shipped, delivered or cancelled.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/base/uuid.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// Thread-safe. The dependencies must outlive it.
class MoveOrder {
 public:
  MoveOrder(OrderStore& store, base::IdSource& ids) : store_(store), ids_(ids) {}

  // Moves the order to `to`, any state but ACCEPTED, with what that does to its stock (OrderStore::Move). An order that
  // was moved there already stays as it is, and the answer is OK whether or not `etag` is its current one: repeating is
  // safe.
  //   kInvalidArgument     the id or the etag is malformed
  //   kNotFound            there is no such order, or it is another caller's
  //   kAborted             `etag`, when given, is not the order's current one
  //   kFailedPrecondition  there is no way to `to` from where it stands
  //   kUnavailable         nothing was changed; safe to repeat
  //   kDeadlineExceeded    whether it was changed is not known; safe to repeat
  aio::Task<absl::StatusOr<domain::Order>> Run(const mesh::CallContext& call, absl::string_view id,
                                               absl::string_view etag, domain::OrderState to);

 private:
  OrderStore& store_;
  base::IdSource& ids_;
};

}  // namespace ordermesh::gateway
