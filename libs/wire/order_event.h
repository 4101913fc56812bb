// The data of an event about an order: ordermesh.events.v1.OrderEvent ↔ domain. Carries neither contact nor note.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/domain/order.h"
#include "ordermesh/events/v1/events.pb.h"

namespace ordermesh::wire {

// Types of events.
inline constexpr absl::string_view kOrderAccepted = "ordermesh.order.accepted.v1";
inline constexpr absl::string_view kOrderCancelled = "ordermesh.order.cancelled.v1";
inline constexpr absl::string_view kOrderPaid = "ordermesh.order.paid.v1";
inline constexpr absl::string_view kOrderShipped = "ordermesh.order.shipped.v1";
inline constexpr absl::string_view kOrderDelivered = "ordermesh.order.delivered.v1";

// The type of the event that tells of an order's move to `state`; empty for kUnspecified.
absl::string_view EventTypeOf(domain::OrderState state);

// An event as its consumers see it.
struct OrderEventData {
  domain::OrderId order_id;
  std::int64_t order_version = 0;
  std::string customer_id;
  domain::OrderState state = domain::OrderState::kUnspecified;  // also for one that a later release adds
  std::vector<domain::OrderLine> lines;
  domain::Money total;
  absl::Time accept_time;
  // What an event of an earlier release doesn't have.
  std::string caller;                                                       // empty
  std::optional<absl::Time> update_time;                                    // absent
  std::int64_t previous_order_version = 0;                                  // 0: also when there is no event before
  domain::CancelReason cancel_reason = domain::CancelReason::kUnspecified;  // also one that a later release adds
};

// The event of the order as it is now, in Protobuf's binary form: what the outbox and Kafka carry.
std::string EncodeOrderEvent(const domain::Order& order);
// How long the event of such an order can be at most.
std::size_t OrderEventSizeBound(const domain::PricedOrder& order);

// INVALID_ARGUMENT, naming the field: not an event that we could have made.
absl::StatusOr<OrderEventData> DecodeOrderEvent(absl::string_view bytes);
absl::StatusOr<OrderEventData> OrderEventFromProto(const events::v1::OrderEvent& event);

}  // namespace ordermesh::wire
