#include "services/relay/sinks/rabbitmq_sink.h"

#include <string>
#include <utility>

#include "libs/base/log.h"
#include "libs/messaging/order_topology.h"
#include "libs/wire/cloud_event.h"
#include "services/relay/sinks/envelope.h"

namespace ordermesh::relay {
namespace {

absl::StatusOr<rabbitmq::Message> ToMessage(const Event& event) {
  const wire::CloudEvent envelope = EnvelopeOf(event);
  absl::StatusOr<std::string> body = wire::ToStructuredJson(envelope, event.payload);
  if (!body.ok()) return body.status();
  rabbitmq::Message message;
  message.exchange = messaging::kOrdersExchange;
  message.routing_key = event.type;
  message.message_id = event.id.ToString();
  message.type = event.type;
  message.content_type = std::string(wire::kStructuredContentType);
  if (!envelope.traceparent.empty()) message.headers.emplace_back("traceparent", envelope.traceparent);
  message.body = *std::move(body);
  return message;
}

Sink::Outcome ToOutcome(rabbitmq::Outcome outcome) {
  switch (outcome) {
    case rabbitmq::Outcome::kConfirmed:
      return Sink::Outcome::kDelivered;
    case rabbitmq::Outcome::kReturned:
      return Sink::Outcome::kUnroutable;
    case rabbitmq::Outcome::kRefused:
      return Sink::Outcome::kRefused;
    case rabbitmq::Outcome::kUnknown:
      break;
  }
  return Sink::Outcome::kUnknown;
}

}  // namespace

RabbitmqSink::RabbitmqSink(rabbitmq::ConnectionOptions options, int window)
    : connection_(std::move(options)), window_(window) {}

Sink::Report RabbitmqSink::Publish(absl::Span<const Event* const> events, absl::Duration timeout) {
  Report report;
  report.outcomes.assign(events.size(), Outcome::kUnknown);
  report.reasons.resize(events.size());
  std::vector<rabbitmq::Message> messages;
  std::vector<std::size_t> sent;  // which event each message is
  messages.reserve(events.size());
  sent.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    absl::StatusOr<rabbitmq::Message> message = ToMessage(*events[i]);
    if (!message.ok()) {
      report.outcomes[i] = Outcome::kRefused;
      report.reasons[i] = std::string(message.status().message());
      continue;
    }
    messages.push_back(*std::move(message));
    sent.push_back(i);
  }
  rabbitmq::PublishReport published = connection_.Publish(messages, window_, timeout);
  report.status = published.status;
  report.blocked = connection_.blocked();
  for (std::size_t i = 0; i < sent.size(); ++i) {
    report.outcomes[sent[i]] = ToOutcome(published.outcomes[i]);
    if (published.outcomes[i] == rabbitmq::Outcome::kRefused) report.reasons[sent[i]] = "too large for the broker";
  }
  return report;
}

void RabbitmqSink::Idle() {
  // Connecting anew is for the next publish: a broker that is away would be asked twice.
  if (!connection_.connected()) return;
  if (absl::Status status = connection_.Tick(); !status.ok()) {
    base::LogWarning("rabbitmq_lost", {{"reason", status.message()}});
  }
}

}  // namespace ordermesh::relay
