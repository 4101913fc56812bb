#include "services/gateway/app/get_order.h"

#include <string>

#include "libs/domain/field_refusals.h"

namespace ordermesh::gateway {

absl::StatusOr<domain::OrderId> ParseOrderId(absl::string_view text) { return domain::ReadId(text, "id"); }

aio::Task<absl::StatusOr<domain::Order>> GetOrder::Run(const mesh::CallContext& call, absl::string_view id) {
  const absl::StatusOr<domain::OrderId> order = ParseOrderId(id);
  if (!order.ok()) co_return order.status();
  auto get = store_.Get(call.waiter(), std::string(call.caller()), *order);
  co_return co_await get;
}

}  // namespace ordermesh::gateway
