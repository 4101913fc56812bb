// Kafka as a sink: CloudEvents in binary mode, the subject as key, behind a schema registry's framing if there is one.
#pragma once

#include "libs/messaging/kafka/producer.h"
#include "libs/registry/framings.h"
#include "services/relay/app/sink.h"
#include "services/relay/feed.h"

namespace ordermesh::relay {

class KafkaSink : public Sink {
 public:
  // Of `feed`, which goes to Kafka. Nothing is published before the framing of its topic is known. `framings` must
  // outlive it.
  KafkaSink(kafka::ProducerOptions options, Feed feed, registry::Framings& framings);

  Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) override;
  void Idle() override {}  // librdkafka has threads of its own

 private:
  const Feed feed_;
  registry::Framings& framings_;
  kafka::Producer producer_;
};

}  // namespace ordermesh::relay
