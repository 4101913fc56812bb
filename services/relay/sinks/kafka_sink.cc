#include "services/relay/sinks/kafka_sink.h"

#include <utility>

#include "libs/messaging/order_topology.h"
#include "libs/wire/cloud_event.h"
#include "services/relay/sinks/envelope.h"

namespace ordermesh::relay {
namespace {

kafka::Record ToRecord(const Event& event) {
  wire::CloudEvent envelope = EnvelopeOf(event);
  kafka::Record record;
  record.topic = messaging::kOrderEventsTopic;
  record.headers = wire::ToKafkaHeaders(envelope);
  record.key = std::move(envelope.subject);
  record.value = event.payload;
  return record;
}

Sink::Outcome ToOutcome(kafka::Producer::Outcome outcome) {
  switch (outcome) {
    case kafka::Producer::Outcome::kStored:
      return Sink::Outcome::kDelivered;
    case kafka::Producer::Outcome::kRefused:
      return Sink::Outcome::kRefused;
    case kafka::Producer::Outcome::kUnknown:
      break;
  }
  return Sink::Outcome::kUnknown;
}

}  // namespace

KafkaSink::KafkaSink(kafka::ProducerOptions options) : producer_(std::move(options)) {}

Sink::Report KafkaSink::Publish(absl::Span<const Event* const> events, absl::Duration timeout) {
  std::vector<kafka::Record> records;
  records.reserve(events.size());
  for (const Event* event : events) records.push_back(ToRecord(*event));
  kafka::Producer::Report published = producer_.Publish(records, timeout);
  Report report;
  report.status = std::move(published.status);
  report.reasons = std::move(published.reasons);
  report.outcomes.reserve(events.size());
  for (kafka::Producer::Outcome outcome : published.outcomes) report.outcomes.push_back(ToOutcome(outcome));
  return report;
}

}  // namespace ordermesh::relay
