#include "services/gateway/app/create_order.h"

#include <cstdlib>
#include <utility>

#include "libs/base/log.h"

namespace ordermesh::gateway {

Intake& Intakes::Of(const aio::Lane& lane) const {
  for (const Entry& entry : intakes_) {
    if (entry.lane == &lane) return *entry.intake;
  }
  base::LogError("lane_without_intake");
  std::abort();
}

aio::Task<absl::StatusOr<domain::Order>> CreateOrder::Run(const mesh::CallContext& call, domain::NewOrder order) {
  return intakes_.Of(call.lane()).Accept(call, std::move(order));
}

aio::Task<absl::StatusOr<domain::PricedOrder>> CreateOrder::Quote(const mesh::CallContext& call,
                                                                  domain::NewOrder order) {
  return intakes_.Of(call.lane()).Quote(call, std::move(order));
}

}  // namespace ordermesh::gateway
