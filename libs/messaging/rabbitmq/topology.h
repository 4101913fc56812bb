// RabbitMQ's part of the table in libs/messaging/topology.h: declared by migrate, checked by everyone else.
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "libs/messaging/rabbitmq/connection.h"

namespace ordermesh::rabbitmq {

// The queues as they are declared: those of the notifications and of their dead letters.
QueueSpec NotificationsQueue();
QueueSpec NotificationsDeadLetterQueue();

// Declares exchanges, queues and bindings; what is there already is left as it is. FAILED_PRECONDITION: something is
// there with other arguments; the message names the difference.
absl::Status DeclareTopology(Connection& connection);

// Looks, and changes nothing. NOT_FOUND: something is missing. FAILED_PRECONDITION: it has other arguments; the message
// names the difference. Bindings can't be looked at by AMQP: a message that none takes is returned (see Publish).
absl::Status CheckTopology(Connection& connection);

}  // namespace ordermesh::rabbitmq
