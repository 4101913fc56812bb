#include "services/gateway/store/wire_order_events.h"

#include "libs/wire/cloud_event.h"
#include "libs/wire/order_event.h"

namespace ordermesh::gateway {

OutboxEvent WireOrderEvents::Describe(const domain::Order& order, absl::string_view traceparent) const {
  return {std::string(wire::EventTypeOf(order.state)), wire::EncodeOrderEvent(order),
          wire::MakeOutboxHeaders(traceparent)};
}

std::size_t WireOrderEvents::SizeBound(const domain::PricedOrder& order) const {
  return wire::OrderEventSizeBound(order);
}

}  // namespace ordermesh::gateway
