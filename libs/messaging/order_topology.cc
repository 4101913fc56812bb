#include "libs/messaging/order_topology.h"

namespace ordermesh::messaging {

rabbitmq::ExchangeSpec OrdersExchange() { return {kOrdersExchange, "topic"}; }

rabbitmq::Topology Notifications() {
  return {.exchanges = {{kDeadLetterExchange, "fanout"}, OrdersExchange()},
          .queues = {{.name = kNotificationsDeadLetters, .text_arguments = {{"x-queue-type", "quorum"}}},
                     {.name = kNotificationsQueue,
                      .text_arguments = {{"x-queue-type", "quorum"}, {"x-dead-letter-exchange", kDeadLetterExchange}},
                      .int_arguments = {{"x-delivery-limit", kDeliveryLimit}}}},
          .bindings = {{kNotificationsDeadLetters, kDeadLetterExchange, ""},
                       {kNotificationsQueue, kOrdersExchange, kNotificationsBinding}}};
}

kafka::TopicSpec OrderEvents() { return {.name = kOrderEventsTopic, .partitions = kOrderEventsPartitions}; }

std::vector<kafka::TopicSpec> OrderTopics() {
  kafka::TopicSpec dead_letters = OrderEvents();
  dead_letters.name = kOrderEventsDeadLetterTopic;
  return {OrderEvents(), dead_letters};
}

}  // namespace ordermesh::messaging
