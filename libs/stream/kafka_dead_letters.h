// Dead letters on Kafka.
#pragma once

#include <string>
#include <vector>

#include "libs/messaging/kafka/producer.h"
#include "libs/stream/dead_letters.h"

namespace ordermesh::stream {

// The record as it came, with its own headers and these: `original_topic`, `original_partition`, `original_offset`,
// `reason`.
kafka::Record ToDeadLetter(const DeadLetter& letter, const std::string& topic);

// Writes them with acks from every replica. At least once: after a crash before the partition moved, a letter is
// written again, under the same original position.
class KafkaDeadLetters : public DeadLetters {
 public:
  KafkaDeadLetters(kafka::ProducerOptions options, std::string topic)
      : producer_(std::move(options)), topic_(std::move(topic)) {}

  absl::Status Write(absl::Span<const DeadLetter> letters) override;

 private:
  kafka::Producer producer_;
  const std::string topic_;
};

}  // namespace ordermesh::stream
