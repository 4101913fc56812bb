#include "libs/registry/topic_values.h"

#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/order_topology.h"
#include "ordermesh/events/v1/catalog_events.pb.h"
#include "ordermesh/events/v1/events.pb.h"

namespace ordermesh::registry {

std::vector<TopicValue> TopicValues() {
  return {{messaging::kOrderEventsTopic, events::v1::OrderEvent::descriptor()},
          {messaging::kCatalogEventsTopic, events::v1::CatalogEvent::descriptor()}};
}

}  // namespace ordermesh::registry
