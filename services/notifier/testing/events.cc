#include "services/notifier/testing/events.h"

#include "libs/wire/cloud_event.h"

namespace ordermesh::notifier {

std::string EventBody(std::uint32_t order, std::int64_t version) {
  return EventBodyOf(version == 1 ? domain::OrderState::kAccepted : domain::OrderState::kCancelled, order, version);
}

std::string EventBodyOf(domain::OrderState state, std::uint32_t order, std::int64_t version) {
  const Event event = AnEvent(order, version);
  domain::Order placed;
  placed.id = event.order_id;
  placed.content = {.customer_id = "CUST-0001",
                    .contact_email = "ada@example.com",
                    .lines = {{testing::FakeIds::Number(1), "SKU-0001", "Café", 2, 350}},
                    .note = "",
                    .total = {700, "EUR"}};
  placed.state = state;
  placed.version = version;
  placed.created_at = placed.updated_at = absl::FromUnixSeconds(1'767'323'045);
  wire::CloudEvent envelope;
  envelope.id = event.id;
  envelope.type = std::string(wire::EventTypeOf(state));
  envelope.subject = placed.id.ToString();
  envelope.time = placed.updated_at;
  envelope.traceparent = event.traceparent;
  return wire::ToStructuredJson(envelope, wire::EncodeOrderEvent(placed)).value();
}

}  // namespace ordermesh::notifier
