#include "services/migrate/topology.h"

#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/topology.h"

namespace ordermesh::migrate {

absl::Status DeclareRabbitMq(const rabbitmq::Broker& broker) {
  rabbitmq::Connection connection({.broker = broker, .name = "ordermesh-migrate"});
  return rabbitmq::DeclareTopology(connection, messaging::Notifications());
}

absl::Status DeclareKafka(const kafka::Brokers& brokers, int replication, absl::Duration timeout) {
  return kafka::EnsureTopics(brokers, messaging::OrderTopics(), timeout, replication);
}

}  // namespace ordermesh::migrate
