// A topic of its own for a test, and its dead letters.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/messaging/kafka/producer.h"
#include "libs/stream/record_source.h"

namespace ordermesh::stream {

// On the broker of KAFKA_BROKERS. A failure fails the test.
class KafkaTopic {
 public:
  explicit KafkaTopic(int partitions = 1);

  const kafka::Brokers& brokers() const { return brokers_; }
  const std::string& name() const { return name_; }
  std::string dead_letter_topic() const { return name_ + ".dlt"; }

  // Publishes and waits until it is stored.
  void Publish(const std::vector<Record>& records);
  // A member of the group that is named like the topic.
  absl::StatusOr<std::unique_ptr<RecordSource>> Open(RecordSource::Callbacks callbacks) const;
  // The records of the dead-letter topic, once there are `count`.
  std::vector<Record> DeadLetterRecords(std::size_t count) const;
  LogRange Range(int partition) const;
  void Create();

 private:
  const kafka::Brokers brokers_;
  const std::string name_;
  const int partitions_;
  kafka::Producer producer_;
};

// Waits until `done`; the test fails when it waits in vain.
void WaitFor(const std::string& what, const std::function<bool()>& done);

}  // namespace ordermesh::stream
