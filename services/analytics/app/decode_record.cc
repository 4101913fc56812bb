#include "services/analytics/app/decode_record.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/wire/cloud_event.h"
#include "libs/wire/order_event.h"
#include "libs/wire/registry_framing.h"

namespace ordermesh::analytics {
namespace {

constexpr absl::string_view kOrderTypes = "ordermesh.order.";

// None: of a type that sales do not depend on.
std::optional<SaleEvent::Kind> KindOf(absl::string_view type) {
  if (type == wire::kOrderAccepted) return SaleEvent::Kind::kAccepted;
  if (type == wire::kOrderPaid) return SaleEvent::Kind::kPaid;
  if (type == wire::kOrderShipped) return SaleEvent::Kind::kShipped;
  if (type == wire::kOrderCancelled) return SaleEvent::Kind::kCancelled;
  return std::nullopt;
}

}  // namespace

absl::StatusOr<std::optional<SaleEvent>> DecodeRecord(const stream::Record& record) {
  ASSIGN_OR_RETURN(wire::CloudEvent envelope, wire::FromKafkaHeaders(record.headers));
  const std::optional<SaleEvent::Kind> kind = KindOf(envelope.type);
  if (!kind.has_value()) {
    if (absl::StartsWith(envelope.type, kOrderTypes)) return std::nullopt;
    return absl::InvalidArgumentError("CloudEvent: type is not one of an order's");
  }
  ASSIGN_OR_RETURN(const absl::string_view value, wire::WithoutRegistryFraming(record.value));
  ASSIGN_OR_RETURN(wire::OrderEventData data, wire::DecodeOrderEvent(value));
  SaleEvent event;
  event.event_id = envelope.id;
  event.kind = *kind;
  event.accept_time = data.accept_time;
  event.currency = std::move(data.total.currency);
  event.lines.reserve(data.lines.size());
  for (domain::OrderLine& line : data.lines) {
    if (line.sku.find('\0') != std::string::npos) return absl::InvalidArgumentError("event: lines: a sku holds U+0000");
    event.lines.push_back({line.product_id, std::move(line.sku), line.quantity, line.unit_price_minor});
  }
  return event;
}

}  // namespace ordermesh::analytics
