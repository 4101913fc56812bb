// Declares a part of RabbitMQ's topology, or looks whether it is there.
#pragma once

#include "absl/status/status.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/topology.h"

namespace ordermesh::rabbitmq {

// Declares exchanges, then each queue with its bindings, in the order of the queues: one that others send dead letters
// to stands before them. What is there already is left as it is. FAILED_PRECONDITION: something is there with other
// arguments; the message names the difference.
absl::Status DeclareTopology(Connection& connection, const Topology& topology);

// Looks, and changes nothing. NOT_FOUND: something is missing. FAILED_PRECONDITION: it has other arguments; the message
// names the difference. Bindings can't be looked at by AMQP: a message that none takes is returned (see Publish).
absl::Status CheckTopology(Connection& connection, const Topology& topology);

}  // namespace ordermesh::rabbitmq
