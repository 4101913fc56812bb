// What the relay needs to be ready, each as a check that answers within about a second: see mesh::DependencyCheck.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/rabbitmq/broker.h"

namespace ordermesh::relay {

using Check = std::function<absl::Status()>;

// The database answers and has the migration that our SQL needs.
Check DatabaseCheck(const std::string& url);
// The outbox and its cursors are this database's own: it was not restored under them.
Check OutboxCheck(const std::string& url);
// RabbitMQ answers and its topology is as declared. All of it is looked at when the connection is new and every tenth
// time.
Check RabbitmqCheck(const rabbitmq::Broker& broker);
// Kafka answers and its topics are as declared. The cluster must outlive the check.
Check KafkaCheck(kafka::Cluster& cluster);

}  // namespace ordermesh::relay
