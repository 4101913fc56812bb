// Kafka as a sink: CloudEvents in binary mode, the subject as key.
#pragma once

#include "libs/messaging/kafka/producer.h"
#include "services/relay/app/sink.h"
#include "services/relay/feed.h"

namespace ordermesh::relay {

class KafkaSink : public Sink {
 public:
  // Of `feed`, which goes to Kafka.
  KafkaSink(kafka::ProducerOptions options, Feed feed);

  Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) override;
  void Idle() override {}  // librdkafka has threads of its own

 private:
  const Feed feed_;
  kafka::Producer producer_;
};

}  // namespace ordermesh::relay
