#include "libs/messaging/catalog_topology.h"

namespace ordermesh::messaging {

kafka::TopicSpec CatalogEvents() { return {.name = kCatalogEventsTopic, .partitions = kCatalogEventsPartitions}; }

kafka::TopicSpec CatalogFeed() { return {.name = kCatalogFeedTopic, .partitions = kCatalogFeedPartitions}; }

namespace {

std::vector<kafka::TopicSpec> WithDeadLetters(const kafka::TopicSpec& topic, const char* name) {
  kafka::TopicSpec dead_letters = topic;
  dead_letters.name = name;
  return {topic, dead_letters};
}

}  // namespace

std::vector<kafka::TopicSpec> CatalogTopics() {
  return WithDeadLetters(CatalogEvents(), kCatalogEventsDeadLetterTopic);
}

std::vector<kafka::TopicSpec> CatalogFeedTopics() {
  return WithDeadLetters(CatalogFeed(), kCatalogFeedDeadLetterTopic);
}

}  // namespace ordermesh::messaging
