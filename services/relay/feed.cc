#include "services/relay/feed.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/order_topology.h"

namespace ordermesh::relay {

std::vector<Feed> Feeds() {
  return {{.schema = "orders",
           .migration = "orders/0001_orders",
           .types = "ordermesh.order.",
           .source = std::string(wire::kEventSource),
           .rabbitmq = ToRabbitmq{messaging::OrdersExchange(), wire::ToStructuredJson},
           .kafka = ToKafka{messaging::OrderEvents(), EncodeAsItIs}},
          {.schema = "catalog",
           .migration = "catalog/0006_outbox",
           .types = "ordermesh.catalog.",
           .source = "/ordermesh/catalog",
           .kafka = ToKafka{messaging::CatalogEvents(), EncodeAsItIs}}};
}

absl::StatusOr<std::string> EncodeAsItIs(const wire::CloudEvent&, absl::string_view payload) {
  return std::string(payload);
}

absl::StatusOr<std::string> Encode(const Feed& feed, const Encoder& encode, const Event& event,
                                   wire::CloudEvent& envelope) {
  if (!absl::StartsWith(event.type, feed.types)) {
    return absl::InvalidArgumentError(absl::StrCat("no event of ", feed.schema, " is a ", event.type));
  }
  envelope = wire::EnvelopeOf({.event_id = event.id,
                               .type = event.type,
                               .subject = event.subject,
                               .headers = event.headers,
                               .created_at = event.created_at,
                               .source = feed.source});
  return encode(envelope, event.payload);
}

}  // namespace ordermesh::relay
