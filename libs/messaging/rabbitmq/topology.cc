#include "libs/messaging/rabbitmq/topology.h"

#include "libs/base/status.h"

namespace ordermesh::rabbitmq {

absl::Status DeclareTopology(Connection& connection, const Topology& topology) {
  for (const ExchangeSpec& exchange : topology.exchanges) {
    RETURN_IF_ERROR(connection.DeclareExchange(exchange.name, exchange.type));
  }
  for (const QueueSpec& queue : topology.queues) {
    RETURN_IF_ERROR(connection.DeclareQueue(queue));
    for (const Binding& binding : topology.bindings) {
      if (binding.queue != queue.name) continue;
      RETURN_IF_ERROR(connection.BindQueue(binding.queue, binding.exchange, binding.routing_key));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckTopology(Connection& connection, const Topology& topology) {
  for (const ExchangeSpec& exchange : topology.exchanges) {
    RETURN_IF_ERROR(connection.AssertExchange(exchange.name, exchange.type));
  }
  for (const QueueSpec& queue : topology.queues) RETURN_IF_ERROR(connection.AssertQueue(queue));
  return absl::OkStatus();
}

}  // namespace ordermesh::rabbitmq
