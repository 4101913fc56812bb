#include "services/gateway/app/cancel_order.h"

#include <string>
#include <utility>

#include "libs/domain/etag.h"
#include "services/gateway/app/get_order.h"

namespace ordermesh::gateway {

aio::Task<absl::StatusOr<domain::Order>> CancelOrder::Run(const mesh::CallContext& call, absl::string_view id,
                                                          absl::string_view etag) {
  const absl::StatusOr<domain::OrderId> order = ParseOrderId(id);
  if (!order.ok()) co_return order.status();
  Cancellation cancellation;
  cancellation.caller = std::string(call.caller());
  cancellation.id = *order;
  if (!etag.empty()) {
    const absl::StatusOr<std::int64_t> version = domain::EtagVersion(*order, etag);
    if (!version.ok()) co_return version.status();
    cancellation.version = *version;
  }
  cancellation.event_id = ids_.Next();
  cancellation.traceparent = call.trace().traceparent();
  auto cancel = store_.Cancel(call.waiter(), std::move(cancellation));
  co_return co_await cancel;
}

}  // namespace ordermesh::gateway
