// What the relay needs to be ready besides its database, each as a check that answers within about a second: see
// mesh::DependencyCheck.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/rabbitmq/broker.h"
#include "libs/messaging/topology.h"
#include "libs/postgres/database.h"

namespace ordermesh::relay {

using Check = std::function<absl::Status()>;

// The outbox of each schema and its cursors are this database's own: it was not restored under them.
Check OutboxCheck(const postgres::Database& database, const std::vector<std::string>& schemas);
// RabbitMQ answers and the exchanges that are published to are there. That they are as declared is looked at when the
// connection is new and every tenth time.
Check RabbitmqCheck(const rabbitmq::Broker& broker, std::vector<rabbitmq::ExchangeSpec> exchanges);
// Kafka answers and the topics that are published to are as declared. The cluster must outlive the check.
Check KafkaCheck(kafka::Cluster& cluster, std::vector<kafka::TopicSpec> topics);

}  // namespace ordermesh::relay
