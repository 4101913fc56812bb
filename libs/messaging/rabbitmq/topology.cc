#include "libs/messaging/rabbitmq/topology.h"

#include "libs/base/status.h"
#include "libs/messaging/topology.h"

namespace ordermesh::rabbitmq {
namespace {

struct Exchange {
  const char* name;
  const char* type;
};
constexpr Exchange kExchanges[] = {{messaging::kDeadLetterExchange, "fanout"}, {messaging::kOrdersExchange, "topic"}};

}  // namespace

QueueSpec NotificationsQueue() {
  return {.name = messaging::kNotificationsQueue,
          .text_arguments = {{"x-queue-type", "quorum"}, {"x-dead-letter-exchange", messaging::kDeadLetterExchange}},
          .int_arguments = {{"x-delivery-limit", messaging::kDeliveryLimit}}};
}

QueueSpec NotificationsDeadLetterQueue() {
  return {.name = messaging::kNotificationsDeadLetters, .text_arguments = {{"x-queue-type", "quorum"}}};
}

absl::Status DeclareTopology(Connection& connection) {
  for (const Exchange& exchange : kExchanges) RETURN_IF_ERROR(connection.DeclareExchange(exchange.name, exchange.type));
  // The dead letters first: a queue whose dead-letter exchange leads nowhere drops what it should keep.
  RETURN_IF_ERROR(connection.DeclareQueue(NotificationsDeadLetterQueue()));
  RETURN_IF_ERROR(connection.BindQueue(messaging::kNotificationsDeadLetters, messaging::kDeadLetterExchange, ""));
  RETURN_IF_ERROR(connection.DeclareQueue(NotificationsQueue()));
  return connection.BindQueue(messaging::kNotificationsQueue, messaging::kOrdersExchange,
                              messaging::kNotificationsBinding);
}

absl::Status CheckTopology(Connection& connection) {
  for (const Exchange& exchange : kExchanges) RETURN_IF_ERROR(connection.AssertExchange(exchange.name, exchange.type));
  RETURN_IF_ERROR(connection.AssertQueue(NotificationsDeadLetterQueue()));
  return connection.AssertQueue(NotificationsQueue());
}

}  // namespace ordermesh::rabbitmq
