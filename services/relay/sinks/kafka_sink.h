// Kafka as a sink: CloudEvents in binary mode, by order.
#pragma once

#include "libs/messaging/kafka/producer.h"
#include "services/relay/app/sink.h"

namespace ordermesh::relay {

class KafkaSink : public Sink {
 public:
  explicit KafkaSink(kafka::ProducerOptions options);

  Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) override;
  void Idle() override {}  // librdkafka has threads of its own

 private:
  kafka::Producer producer_;
};

}  // namespace ordermesh::relay
