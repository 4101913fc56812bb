#include "services/relay/sinks/kafka_sink.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/wire/cloud_event.h"
#include "services/relay/sinks/encoded.h"

namespace ordermesh::relay {
namespace {

absl::StatusOr<kafka::Record> ToRecord(const Feed& feed, absl::string_view framing, const Event& event) {
  wire::CloudEvent envelope;
  kafka::Record record;
  ASSIGN_OR_RETURN(record.value, Encode(feed, feed.kafka->encode, event, envelope));
  if (!framing.empty()) record.value.insert(0, framing.data(), framing.size());
  record.topic = feed.kafka->topic.name;
  record.headers = wire::ToKafkaHeaders(envelope);
  record.key = std::move(envelope.subject);
  return record;
}

Sink::Confirm ToConfirm(kafka::Producer::Outcome outcome) {
  switch (outcome) {
    case kafka::Producer::Outcome::kStored:
      return Sink::Confirm::kDelivered;
    case kafka::Producer::Outcome::kRefused:
      return Sink::Confirm::kRefused;
    case kafka::Producer::Outcome::kUnknown:
      break;
  }
  return Sink::Confirm::kUnknown;
}

}  // namespace

KafkaSink::KafkaSink(kafka::ProducerOptions options, Feed feed, registry::Framings& framings)
    : feed_(std::move(feed)), framings_(framings), producer_(std::move(options)) {}

Sink::Report KafkaSink::Publish(absl::Span<const Event* const> events, absl::Duration timeout) {
  Report report;
  const absl::StatusOr<std::string> framing = framings_.Of(feed_.kafka->topic.name);
  if (!framing.ok()) {
    report.status = framing.status();
    report.confirms.assign(events.size(), Confirm::kUnknown);
    report.reasons.resize(events.size());
    return report;
  }
  const Encoded<kafka::Record> encoded(
      events, [&](const Event& event) { return ToRecord(feed_, *framing, event); }, report);
  kafka::Producer::Report published = producer_.Publish(encoded.messages, timeout);
  report.status = std::move(published.status);
  for (std::size_t i = 0; i < encoded.messages.size(); ++i) {
    report.confirms[encoded.of[i]] = ToConfirm(published.outcomes[i]);
    report.reasons[encoded.of[i]] = std::move(published.reasons[i]);
  }
  return report;
}

}  // namespace ordermesh::relay
