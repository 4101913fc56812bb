// Events as consumers decode them: ordermesh.events.v1.
#pragma once

#include "services/gateway/app/order_events.h"

namespace ordermesh::gateway {

class WireOrderEvents : public OrderEvents {
 public:
  OutboxEvent Describe(const domain::Order& order, absl::string_view traceparent) const override;
  std::size_t SizeBound(const domain::PricedOrder& order) const override;
};

}  // namespace ordermesh::gateway
