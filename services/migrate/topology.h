// The brokers' part of the work: exchanges, queues, bindings and topics; and the schemas of what topics carry.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/rabbitmq/broker.h"
#include "libs/registry/client.h"

namespace ordermesh::migrate {

// Each declares what is missing and leaves what is there as it is.
//   kUnavailable         no broker answers
//   kFailedPrecondition  something is there with other arguments; the text names the difference
absl::Status DeclareRabbitMq(const rabbitmq::Broker& broker);
absl::Status DeclareKafka(const kafka::Brokers& brokers, int replication, absl::Duration timeout);
// kFailedPrecondition: a schema is not compatible with what its subject has; with the reasons.
absl::Status RegisterSchemas(const registry::RegistryConfig& registry, const std::string& compatibility,
                             base::Timer& timer, base::Random& random);

}  // namespace ordermesh::migrate
