// Events as consumers decode them: ordermesh.events.v1.CatalogEvent.
#pragma once

#include "services/catalog/app/catalog_events.h"

namespace ordermesh::catalog {

class WireCatalogEvents : public CatalogEvents {
 public:
  OutboxEvent OfProduct(const Product& product, absl::string_view traceparent) const override;
  OutboxEvent OfCustomer(const Customer& customer, absl::string_view traceparent) const override;
  OutboxEvent OfStock(const StockLevel& level, const Movement& adjustment,
                      absl::string_view traceparent) const override;
};

}  // namespace ordermesh::catalog
