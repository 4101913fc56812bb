#include "services/catalog/store/wire_catalog_events.h"

#include <utility>

#include "libs/wire/cloud_event.h"
#include "ordermesh/events/v1/catalog_events.pb.h"
#include "services/catalog/api/customer_proto.h"
#include "services/catalog/api/product_proto.h"
#include "services/catalog/api/stock_proto.h"

namespace ordermesh::catalog {
namespace {

OutboxEvent Event(const char* type, std::string aggregate, const events::v1::CatalogEvent& event,
                  absl::string_view traceparent) {
  return {type, std::move(aggregate), event.SerializeAsString(), wire::MakeOutboxHeaders(traceparent)};
}

}  // namespace

OutboxEvent WireCatalogEvents::OfProduct(const Product& product, absl::string_view traceparent) const {
  events::v1::CatalogEvent event;
  event.set_version(product.version);
  ProductToProto(product, *event.mutable_product());
  return Event("ordermesh.catalog.product_changed.v1", product.id.ToString(), event, traceparent);
}

OutboxEvent WireCatalogEvents::OfCustomer(const Customer& customer, absl::string_view traceparent) const {
  events::v1::CatalogEvent event;
  event.set_version(customer.version);
  CustomerToProto(customer, *event.mutable_customer());
  return Event("ordermesh.catalog.customer_changed.v1", customer.id, event, traceparent);
}

OutboxEvent WireCatalogEvents::OfStock(const StockLevel& level, const Movement& adjustment,
                                       absl::string_view traceparent) const {
  events::v1::CatalogEvent event;
  event.set_version(level.version);
  StockLevelToProto(level, *event.mutable_stock());
  MovementToProto(adjustment, *event.mutable_movement());
  return Event("ordermesh.catalog.stock_changed.v1", level.product_id.ToString(), event, traceparent);
}

}  // namespace ordermesh::catalog
