#include "services/relay/sinks/rabbitmq_sink.h"

#include <string>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/wire/cloud_event.h"
#include "services/relay/sinks/encoded.h"

namespace ordermesh::relay {
namespace {

absl::StatusOr<rabbitmq::Message> ToMessage(const Feed& feed, const Event& event) {
  wire::CloudEvent envelope;
  rabbitmq::Message message;
  ASSIGN_OR_RETURN(message.body, Encode(feed, feed.rabbitmq->encode, event, envelope));
  message.exchange = feed.rabbitmq->exchange.name;
  message.routing_key = event.type;
  message.message_id = event.id.ToString();
  message.type = event.type;
  message.content_type = std::string(wire::kStructuredContentType);
  if (!envelope.traceparent.empty()) message.headers.emplace_back("traceparent", envelope.traceparent);
  return message;
}

Sink::Confirm ToConfirm(rabbitmq::Outcome outcome) {
  switch (outcome) {
    case rabbitmq::Outcome::kConfirmed:
      return Sink::Confirm::kDelivered;
    case rabbitmq::Outcome::kReturned:
      return Sink::Confirm::kUnroutable;
    case rabbitmq::Outcome::kRefused:
      return Sink::Confirm::kRefused;
    case rabbitmq::Outcome::kUnknown:
      break;
  }
  return Sink::Confirm::kUnknown;
}

}  // namespace

RabbitmqSink::RabbitmqSink(rabbitmq::ConnectionOptions options, int window, Feed feed)
    : feed_(std::move(feed)), connection_(std::move(options)), window_(window) {}

Sink::Report RabbitmqSink::Publish(absl::Span<const Event* const> events, absl::Duration timeout) {
  Report report;
  const Encoded<rabbitmq::Message> encoded(
      events, [&](const Event& event) { return ToMessage(feed_, event); }, report);
  rabbitmq::PublishReport published = connection_.Publish(encoded.messages, window_, timeout);
  report.status = published.status;
  report.blocked = connection_.blocked();
  for (std::size_t i = 0; i < encoded.messages.size(); ++i) {
    report.confirms[encoded.of[i]] = ToConfirm(published.outcomes[i]);
    if (published.outcomes[i] == rabbitmq::Outcome::kRefused)
      report.reasons[encoded.of[i]] = "too large for the broker";
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
