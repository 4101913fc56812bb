// What our own clients never do to Kafka: deleting topics and records. For tests.
#pragma once

#include <cstdint>
#include <string>

#include "libs/messaging/kafka/brokers.h"

namespace ordermesh::stream {

// A failure fails the test.
void DeleteTopic(const kafka::Brokers& brokers, const std::string& topic);
// Takes the records before `offset` away, as retention does.
void DropRecordsBefore(const kafka::Brokers& brokers, const std::string& topic, int partition, std::int64_t offset);

}  // namespace ordermesh::stream
