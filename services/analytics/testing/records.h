// Builders of records for tests: events as the relay publishes them, and what nobody should publish.
#pragma once

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/order.h"
#include "libs/stream/partition.h"
#include "libs/wire/cloud_event.h"
#include "libs/wire/order_event.h"
#include "services/analytics/app/sale_event.h"
#include "services/analytics/testing/sale_events.h"

namespace ordermesh::analytics {

using stream::Record;

inline domain::OrderState StateAfter(SaleEvent::Kind kind) {
  switch (kind) {
    case SaleEvent::Kind::kAccepted:
      break;
    case SaleEvent::Kind::kPaid:
      return domain::OrderState::kPaid;
    case SaleEvent::Kind::kShipped:
      return domain::OrderState::kShipped;
    case SaleEvent::Kind::kCancelled:
      return domain::OrderState::kCancelled;
  }
  return domain::OrderState::kAccepted;
}

// The record of an event; its place in the log is not set.
inline Record RecordOf(const SaleEvent& event) {
  domain::Order order;
  order.id = event.event_id;  // any
  order.content.customer_id = "CUST-0001";
  order.state = StateAfter(event.kind);
  order.version = event.kind == SaleEvent::Kind::kAccepted ? 1 : event.kind == SaleEvent::Kind::kShipped ? 3 : 2;
  order.created_at = event.accept_time;
  order.content.total = {0, event.currency};
  for (const SaleLine& line : event.lines) {
    order.content.lines.push_back(
        {line.product_id, line.sku, "A product", static_cast<std::int32_t>(line.quantity), line.unit_price_minor});
    // Unsigned: some tests want amounts that do not fit.
    order.content.total.minor = static_cast<std::int64_t>(static_cast<std::uint64_t>(order.content.total.minor) +
                                                          static_cast<std::uint64_t>(line.quantity) *
                                                              static_cast<std::uint64_t>(line.unit_price_minor));
  }
  wire::CloudEvent envelope;
  envelope.id = event.event_id;
  envelope.type = std::string(wire::EventTypeOf(order.state));
  envelope.subject = order.id.ToString();
  envelope.time = event.accept_time;
  Record record;
  record.key = envelope.subject;
  record.value = wire::EncodeOrderEvent(order);
  record.headers = wire::ToKafkaHeaders(envelope);
  record.timestamp = event.accept_time;
  return record;
}

// Replaces a header, or takes it away when `value` is nullptr.
inline Record WithHeader(Record record, const std::string& name, const char* value) {
  std::erase_if(record.headers, [&](const auto& header) { return header.first == name; });
  if (value != nullptr) record.headers.emplace_back(name, value);
  return record;
}

// A record that is no event at all.
inline Record Garbage(int number = 0) {
  Record record;
  record.key = "garbage";
  record.value = absl::StrCat("{\"not\": \"an event\", \"number\": ", number, "}");
  return record;
}

}  // namespace ordermesh::analytics
