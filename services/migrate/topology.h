// The brokers' part of the work: exchanges, queues, bindings and topics.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ordermesh::migrate {

// Each declares what is missing and leaves what is there as it is.
//   kUnavailable         no broker answers
//   kFailedPrecondition  something is there with other arguments; the text names the difference
absl::Status DeclareRabbitMq(const std::string& amqp_url);
absl::Status DeclareKafka(const std::string& brokers, int replication, absl::Duration timeout);

}  // namespace ordermesh::migrate
