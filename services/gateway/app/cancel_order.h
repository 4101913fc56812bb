// Cancelling an order.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/base/uuid.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// Thread-safe. The dependencies must outlive it.
class CancelOrder {
 public:
  CancelOrder(OrderStore& store, base::IdSource& ids) : store_(store), ids_(ids) {}

  // Cancels the order and gives its stock back. A cancelled order stays as it is, and the answer is OK whether or not
  // `etag` is its current one: repeating is safe.
  //   kInvalidArgument     the id or the etag is malformed
  //   kNotFound            there is no such order, or it is another caller's
  //   kAborted             `etag`, when given, is not the order's current one
  //   kFailedPrecondition  it has been shipped
  //   kUnavailable         nothing was changed; safe to repeat
  //   kDeadlineExceeded    whether it was changed is not known; safe to repeat
  aio::Task<absl::StatusOr<domain::Order>> Run(const mesh::CallContext& call, absl::string_view id,
                                               absl::string_view etag);

 private:
  OrderStore& store_;
  base::IdSource& ids_;
};

}  // namespace ordermesh::gateway
