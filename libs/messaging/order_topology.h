// The brokers' names for orders, in one place, and what they name.
#pragma once

#include <vector>

#include "libs/messaging/topology.h"

namespace ordermesh::messaging {

// RabbitMQ.
inline constexpr char kOrdersExchange[] = "orders";             // topic
inline constexpr char kNotificationsQueue[] = "notifications";  // quorum, bound by kNotificationsBinding
inline constexpr char kNotificationsBinding[] = "ordermesh.order.#";
inline constexpr char kDeadLetterExchange[] = "orders.dlx";               // fanout
inline constexpr char kNotificationsDeadLetters[] = "notifications.dlq";  // quorum, bound to kDeadLetterExchange
// Failed deliveries of a message before it goes to the dead letters. Explicit: RabbitMQ 3.10 has none, 4.0 has 20.
inline constexpr int kDeliveryLimit = 10;

// What the relay publishes orders to.
rabbitmq::ExchangeSpec OrdersExchange();
// What the notifier takes them from: its queue and its dead letters, with the exchanges in front of both.
rabbitmq::Topology Notifications();

// Kafka.
inline constexpr char kOrderEventsTopic[] = "orders.events";
inline constexpr char kOrderEventsDeadLetterTopic[] = "orders.events.dlt";
inline constexpr int kOrderEventsPartitions = 3;
inline constexpr char kAnalyticsGroup[] = "analytics";

// What the relay publishes orders to. Analytics keeps the ids of the events that it has seen for longer than the topic.
kafka::TopicSpec OrderEvents();
// The same, and the dead letters of those who read it.
std::vector<kafka::TopicSpec> OrderTopics();

}  // namespace ordermesh::messaging
