// Orders: ordermesh.orders.v1 ↔ domain.
#pragma once

#include "absl/status/statusor.h"
#include "libs/domain/order.h"
#include "ordermesh/orders/v1/orders.pb.h"

namespace ordermesh::wire {

// The order as its client sent it. Never fails: what is wrong with it, the rules say. `forbidden_fields` names what
// only the server sets and matters: state, total, each line's unit_price and amount; other output is ignored. `caller`
// and `request_id` are left empty.
domain::NewOrder NewOrderFromProto(const orders::v1::Order& order);

// For the next hop: everything of the order that a rule looks at, the forbidden fields included.
void NewOrderToProto(const domain::NewOrder& order, orders::v1::Order& out);

// The order with its prices, names, amounts and total; `out` must be new or cleared.
void PricedOrderToProto(const domain::PricedOrder& order, orders::v1::Order& out);

// A priced order of another process of ours. INTERNAL, naming the field: it is not well formed.
absl::StatusOr<domain::PricedOrder> PricedOrderFromProto(const orders::v1::Order& order);

// The stored order, with id, state, times and etag; `out` must be new or cleared.
void OrderToProto(const domain::Order& order, orders::v1::Order& out);

orders::v1::OrderState StateToProto(domain::OrderState state);
// kUnspecified for what the enum doesn't have.
domain::OrderState StateFromProto(orders::v1::OrderState state);
orders::v1::CancelReason CancelReasonToProto(domain::CancelReason reason);
domain::CancelReason CancelReasonFromProto(orders::v1::CancelReason reason);

}  // namespace ordermesh::wire
