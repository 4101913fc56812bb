#include "services/gateway/app/move_order.h"

#include <string>
#include <utility>

#include "libs/api/etag.h"
#include "services/gateway/app/get_order.h"

namespace ordermesh::gateway {

aio::Task<absl::StatusOr<domain::Order>> MoveOrder::Run(const mesh::CallContext& call, absl::string_view id,
                                                        absl::string_view etag, domain::OrderState to) {
  const absl::StatusOr<domain::OrderId> order = ParseOrderId(id);
  if (!order.ok()) co_return order.status();
  OrderMove move;
  move.caller = std::string(call.caller());
  move.id = *order;
  move.to = to;
  if (to == domain::OrderState::kCancelled) move.cancel_reason = domain::CancelReason::kRequested;
  const absl::StatusOr<std::optional<std::int64_t>> version = api::VersionAsked(*order, etag);
  if (!version.ok()) co_return version.status();
  move.version = *version;
  move.event_id = ids_.Next();
  move.traceparent = call.trace().traceparent();
  auto run = store_.Move(call.waiter(), std::move(move));
  co_return co_await run;
}

}  // namespace ordermesh::gateway
