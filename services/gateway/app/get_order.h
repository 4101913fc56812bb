// Reading an order.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/domain/order.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// The id as a client writes it. INVALID_ARGUMENT, ID_MALFORMED: not a UUID in its canonical form.
absl::StatusOr<domain::OrderId> ParseOrderId(absl::string_view text);

// Thread-safe. The store must outlive it.
class GetOrder {
 public:
  explicit GetOrder(OrderStore& store) : store_(store) {}

  //   kInvalidArgument  the id is malformed
  //   kNotFound         there is no such order, or it is another caller's
  //   kUnavailable      the database is not reachable
  aio::Task<absl::StatusOr<domain::Order>> Run(const mesh::CallContext& call, absl::string_view id);

 private:
  OrderStore& store_;
};

}  // namespace ordermesh::gateway
