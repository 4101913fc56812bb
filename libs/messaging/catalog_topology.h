// The brokers' names for the catalogue, in one place, and what they name.
#pragma once

#include <vector>

#include "libs/messaging/topology.h"

namespace ordermesh::messaging {

// Kafka. RabbitMQ gets nothing of the catalogue.
inline constexpr char kCatalogEventsTopic[] = "catalog.events";
inline constexpr char kCatalogEventsDeadLetterTopic[] = "catalog.events.dlt";
inline constexpr int kCatalogEventsPartitions = 3;

inline constexpr char kCatalogFeedTopic[] = "catalog.feed";
inline constexpr char kCatalogFeedDeadLetterTopic[] = "catalog.feed.dlt";
inline constexpr int kCatalogFeedPartitions = 3;
inline constexpr char kCatalogFeedGroup[] = "catalog-feed";

// What the relay publishes the catalogue's changes to. It keeps them for a while, as that of the orders does: whoever
// needs all products asks the service.
kafka::TopicSpec CatalogEvents();
// The same, and the dead letters of those who read it.
std::vector<kafka::TopicSpec> CatalogTopics();

// What suppliers and other systems tell the catalogue.
kafka::TopicSpec CatalogFeed();
// The same, and what could not be understood of it.
std::vector<kafka::TopicSpec> CatalogFeedTopics();

}  // namespace ordermesh::messaging
