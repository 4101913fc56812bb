// CloudEvents 1.0 around the events of orders: in binary mode on Kafka, in structured mode on RabbitMQ, and how the
// relay gets there from a row of the outbox.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/wire/order_event.h"

namespace ordermesh::wire {

inline constexpr absl::string_view kEventSource = "/ordermesh/orders";                       // of orders
inline constexpr absl::string_view kStructuredContentType = "application/cloudevents+json";  // of RabbitMQ's messages
inline constexpr absl::string_view kBinaryContentType = "application/protobuf";              // of Kafka's records

// The envelope.
struct CloudEvent {
  base::Uuid id;
  std::string type;  // "ordermesh.order.accepted.v1"
  std::string source = std::string(kEventSource);
  std::string subject;      // the order's id
  absl::Time time;          // when it happened
  std::string traceparent;  // W3C Trace Context; empty: none

  friend bool operator==(const CloudEvent&, const CloudEvent&) = default;
};

// A row of the outbox, without its payload.
struct OutboxRow {
  base::Uuid event_id;
  absl::string_view type;
  absl::string_view subject;  // what it is about: the order's id
  absl::string_view headers;  // jsonb, as MakeOutboxHeaders made it
  absl::Time created_at;
  absl::string_view source = kEventSource;
};

// The column `headers` of a new row.
std::string MakeOutboxHeaders(absl::string_view traceparent);
// Headers that are no object of strings count as none: they are of no weight next to the event.
CloudEvent EnvelopeOf(const OutboxRow& row);

// As messaging::Headers.
using Headers = std::vector<std::pair<std::string, std::string>>;

// Kafka, binary mode: the record's headers. Its value is the payload, its key the subject.
Headers ToKafkaHeaders(const CloudEvent& event);
// INVALID_ARGUMENT: a required header is missing or malformed. Others are passed over; of several with one name, the
// last counts.
absl::StatusOr<CloudEvent> FromKafkaHeaders(const Headers& headers);

// RabbitMQ, structured mode: the message's body. `data`: JSON.
std::string StructuredJson(const CloudEvent& event, absl::string_view data);
// The same of an order. `payload`: an OrderEvent in binary form; INVALID_ARGUMENT if it is not.
absl::StatusOr<std::string> ToStructuredJson(const CloudEvent& event, absl::string_view payload);

struct StructuredEvent {
  CloudEvent envelope;
  OrderEventData data;
};
// INVALID_ARGUMENT, with what is wrong: not JSON, a required attribute is missing or malformed, or `data` is no event
// that we could have made. Never repeats what the body says.
absl::StatusOr<StructuredEvent> FromStructuredJson(absl::string_view body);

}  // namespace ordermesh::wire
