// Following an order.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/app/order_versions.h"

namespace ordermesh::gateway {

// Thread-safe. The dependencies must outlive it.
class WatchOrder {
 public:
  // Gives a state to the client; returns when the client can take another. False: the client is gone.
  using Send = std::function<aio::Task<bool>(const domain::Order&)>;

  WatchOrder(OrderStore& store, OrderVersions& versions) : store_(store), versions_(versions) {}

  // Sends the order as it is now, then again after each change. A slow client gets the latest state only.
  //   OK                the order can change no more, or the client is gone
  //   kInvalidArgument  the id is malformed
  //   kNotFound         there is no such order, or it is another caller's
  //   kUnavailable      the server stops, or the database is not reachable: watch again
  aio::Task<absl::Status> Run(mesh::CallContext& call, absl::string_view id, Send send);

 private:
  OrderStore& store_;
  OrderVersions& versions_;
};

}  // namespace ordermesh::gateway
