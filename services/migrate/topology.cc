#include "services/migrate/topology.h"

#include <vector>

#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/registry/topic_values.h"

namespace ordermesh::migrate {

absl::Status DeclareRabbitMq(const rabbitmq::Broker& broker) {
  rabbitmq::Connection connection({.broker = broker, .name = "ordermesh-migrate"});
  return rabbitmq::DeclareTopology(connection, messaging::Notifications());
}

absl::Status DeclareKafka(const kafka::Brokers& brokers, int replication, absl::Duration timeout) {
  std::vector<kafka::TopicSpec> topics = messaging::OrderTopics();
  for (auto&& more : {messaging::CatalogTopics(), messaging::CatalogFeedTopics()}) {
    topics.insert(topics.end(), more.begin(), more.end());
  }
  return kafka::EnsureTopics(brokers, topics, timeout, replication);
}

absl::Status RegisterSchemas(const registry::RegistryConfig& registry, const std::string& compatibility,
                             base::Timer& timer, base::Random& random) {
  registry::Client client(registry, timer, random);
  return registry::RegisterValues(client, registry::TopicValues(), compatibility);
}

}  // namespace ordermesh::migrate
