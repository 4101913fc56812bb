#include "services/gateway/app/watch_order.h"

#include <string>

#include "libs/api/refusals.h"
#include "libs/domain/states.h"
#include "services/gateway/app/get_order.h"

namespace ordermesh::gateway {

aio::Task<absl::Status> WatchOrder::Run(mesh::CallContext& call, absl::string_view id, Send send) {
  const absl::StatusOr<domain::OrderId> order_id = ParseOrderId(id);
  if (!order_id.ok()) co_return order_id.status();
  for (;;) {
    auto get = store_.Get(call.waiter(), std::string(call.caller()), *order_id);
    const absl::StatusOr<domain::Order> order = co_await get;
    if (!order.ok()) co_return order.status();
    auto sent = send(*order);
    if (!co_await sent || domain::IsFinal(order->state)) co_return absl::OkStatus();
    auto changed = versions_.Changed(call, *order_id, order->version);
    if (!co_await changed) co_return api::ShuttingDown();
  }
}

}  // namespace ordermesh::gateway
