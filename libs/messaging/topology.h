// What brokers are to have, as values: migrate declares them all, and each service checks those that it uses. What
// there is stands in the files *_topology.h, one for each subject. Neither client library is known here.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/messaging/message.h"

namespace ordermesh::rabbitmq {

// Exchanges and queues are durable.
struct ExchangeSpec {
  std::string name;
  std::string type;  // "topic", "fanout"
};

struct QueueSpec {
  std::string name;
  messaging::Headers text_arguments;                                // x-queue-type, x-dead-letter-exchange, …
  std::vector<std::pair<std::string, std::int64_t>> int_arguments;  // x-delivery-limit
};

struct Binding {
  std::string queue;
  std::string exchange;
  std::string routing_key;
};

struct Topology {
  std::vector<ExchangeSpec> exchanges;
  std::vector<QueueSpec> queues;
  std::vector<Binding> bindings;
};

}  // namespace ordermesh::rabbitmq

namespace ordermesh::kafka {

struct TopicSpec {
  std::string name;
  int partitions = 3;
  absl::Duration retention = absl::Hours(7 * 24);  // a week to be read in
  messaging::Headers config;                       // other settings of the topic
};

}  // namespace ordermesh::kafka
