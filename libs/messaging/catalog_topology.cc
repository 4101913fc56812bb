#include "libs/messaging/catalog_topology.h"

namespace ordermesh::messaging {

kafka::TopicSpec CatalogEvents() { return {.name = kCatalogEventsTopic, .partitions = kCatalogEventsPartitions}; }

std::vector<kafka::TopicSpec> CatalogTopics() {
  kafka::TopicSpec dead_letters = CatalogEvents();
  dead_letters.name = kCatalogEventsDeadLetterTopic;
  return {CatalogEvents(), dead_letters};
}

}  // namespace ordermesh::messaging
