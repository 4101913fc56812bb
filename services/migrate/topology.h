// The brokers' part of the work: exchanges, queues, bindings and topics.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/rabbitmq/broker.h"

namespace ordermesh::migrate {

// Each declares what is missing and leaves what is there as it is.
//   kUnavailable         no broker answers
//   kFailedPrecondition  something is there with other arguments; the text names the difference
absl::Status DeclareRabbitMq(const rabbitmq::Broker& broker);
absl::Status DeclareKafka(const kafka::Brokers& brokers, int replication, absl::Duration timeout);

}  // namespace ordermesh::migrate
