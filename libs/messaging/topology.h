// The one table of the brokers' names and their arguments: migrate declares them, the others check them passively.
#pragma once

#include <cstdint>

namespace ordermesh::messaging {

// RabbitMQ.
inline constexpr char kOrdersExchange[] = "orders";             // topic, durable
inline constexpr char kNotificationsQueue[] = "notifications";  // quorum, bound by kNotificationsBinding
inline constexpr char kNotificationsBinding[] = "ordermesh.order.#";
inline constexpr char kDeadLetterExchange[] = "orders.dlx";               // fanout, durable
inline constexpr char kNotificationsDeadLetters[] = "notifications.dlq";  // quorum, bound to kDeadLetterExchange
// Failed deliveries of a message before it goes to the dead letters. Explicit: RabbitMQ 3.10 has none, 4.0 has 20.
inline constexpr int kDeliveryLimit = 10;

// Kafka.
inline constexpr char kOrderEventsTopic[] = "orders.events";
inline constexpr char kOrderEventsDeadLetterTopic[] = "orders.events.dlt";
inline constexpr int kOrderEventsPartitions = 3;
inline constexpr char kAnalyticsGroup[] = "analytics";

}  // namespace ordermesh::messaging
