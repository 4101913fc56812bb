#include "libs/wire/order_event.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/limits.h"
#include "libs/wire/money.h"
#include "libs/wire/orders.h"
#include "libs/wire/time.h"

namespace ordermesh::wire {
namespace {

absl::Status Malformed(absl::string_view field, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("event: ", field, ": ", why));
}

}  // namespace

absl::string_view EventTypeOf(domain::OrderState state) {
  switch (state) {
    case domain::OrderState::kUnspecified:
      break;
    case domain::OrderState::kAccepted:
      return kOrderAccepted;
    case domain::OrderState::kCancelled:
      return kOrderCancelled;
    case domain::OrderState::kPaid:
      return kOrderPaid;
    case domain::OrderState::kShipped:
      return kOrderShipped;
    case domain::OrderState::kDelivered:
      return kOrderDelivered;
  }
  return {};
}

std::string EncodeOrderEvent(const domain::Order& order) {
  events::v1::OrderEvent event;
  event.set_order_id(order.id.ToString());
  event.set_order_version(order.version);
  event.set_customer_id(order.content.customer_id);
  event.set_state(StateToProto(order.state));
  const std::string& currency = order.content.total.currency;
  event.mutable_lines()->Reserve(static_cast<int>(order.content.lines.size()));
  for (const domain::OrderLine& line : order.content.lines) {
    events::v1::OrderEventLine& added = *event.add_lines();
    added.set_product_id(line.product_id.ToString());
    added.set_sku(line.sku);
    added.set_name(line.name);
    added.set_quantity(line.quantity);
    MoneyToProto(line.unit_price_minor, currency, *added.mutable_unit_price());
  }
  MoneyToProto(order.content.total.minor, currency, *event.mutable_total());
  TimeToProto(order.created_at, *event.mutable_accept_time());
  event.set_caller(order.caller);
  TimeToProto(order.updated_at, *event.mutable_update_time());
  event.set_previous_order_version(order.version - 1);
  event.set_cancel_reason(CancelReasonToProto(order.cancel_reason));
  return event.SerializeAsString();
}

std::size_t OrderEventSizeBound(const domain::PricedOrder& order) {
  // Beside the texts whose lengths are known, of tags, lengths and varints: Money takes at most 30 bytes, an id 38, a
  // Timestamp 20.
  constexpr std::size_t kFixed = 240 + domain::kMaxCallerBytes, kFixedOfLine = 128;
  std::size_t bytes = kFixed + order.customer_id.size() + order.total.currency.size();
  for (const domain::OrderLine& line : order.lines) {
    bytes += kFixedOfLine + line.sku.size() + line.name.size() + order.total.currency.size();
  }
  return bytes;
}

absl::StatusOr<OrderEventData> DecodeOrderEvent(absl::string_view bytes) {
  events::v1::OrderEvent event;
  if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::InvalidArgumentError("event: not an ordermesh.events.v1.OrderEvent");
  }
  return OrderEventFromProto(event);
}

absl::StatusOr<OrderEventData> OrderEventFromProto(const events::v1::OrderEvent& event) {
  OrderEventData data;
  absl::StatusOr<base::Uuid> id = base::Uuid::Parse(event.order_id());
  if (!id.ok()) return Malformed("order_id", "not a UUID");
  data.order_id = *id;
  data.order_version = event.order_version();
  if (data.order_version < 1) return Malformed("order_version", "not positive");
  data.customer_id = event.customer_id();
  if (data.customer_id.empty()) return Malformed("customer_id", "missing");
  data.state = StateFromProto(event.state());

  absl::StatusOr<domain::Money> total = MoneyFromProto(event.total());
  if (!total.ok()) return Malformed("total", total.status().message());
  data.total = *std::move(total);
  if (!event.has_accept_time()) return Malformed("accept_time", "missing");
  absl::StatusOr<absl::Time> accepted = TimeFromProto(event.accept_time());
  if (!accepted.ok()) return Malformed("accept_time", accepted.status().message());
  data.accept_time = *accepted;
  data.caller = event.caller();
  if (event.has_update_time()) {
    absl::StatusOr<absl::Time> updated = TimeFromProto(event.update_time());
    if (!updated.ok()) return Malformed("update_time", updated.status().message());
    data.update_time = *updated;
  }
  data.previous_order_version = event.previous_order_version();
  if (data.previous_order_version < 0 || data.previous_order_version >= data.order_version) {
    return Malformed("previous_order_version", "not one before order_version");
  }
  data.cancel_reason = CancelReasonFromProto(event.cancel_reason());

  if (event.lines().empty()) return Malformed("lines", "missing");
  data.lines.reserve(event.lines_size());
  for (int i = 0; i < event.lines_size(); ++i) {
    const events::v1::OrderEventLine& line = event.lines(i);
    const auto at = [i](absl::string_view field) { return absl::StrCat("lines[", i, "].", field); };
    absl::StatusOr<base::Uuid> product = base::Uuid::Parse(line.product_id());
    if (!product.ok()) return Malformed(at("product_id"), "not a UUID");
    if (line.quantity() < 1) return Malformed(at("quantity"), "not positive");
    absl::StatusOr<domain::Money> price = MoneyFromProto(line.unit_price());
    if (!price.ok()) return Malformed(at("unit_price"), price.status().message());
    if (price->currency != data.total.currency) return Malformed(at("unit_price"), "another currency than the total");
    data.lines.push_back({*product, line.sku(), line.name(), line.quantity(), price->minor});
  }
  return data;
}

}  // namespace ordermesh::wire
