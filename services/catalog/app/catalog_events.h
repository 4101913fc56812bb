// What is told of the catalogue when it changes.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "services/catalog/app/customer.h"
#include "services/catalog/app/product.h"
#include "services/catalog/app/stock.h"

namespace ordermesh::catalog {

// An event as the outbox keeps it.
struct OutboxEvent {
  std::string type;       // "ordermesh.catalog.product_changed.v1"
  std::string aggregate;  // the id of what changed: events of one arrive in order
  std::string payload;    // what consumers decode
  std::string headers;    // a JSON object
};

// Makes events: the whole state after a change, a part of the trace `traceparent`. Thread-safe: called on the threads
// of the store.
class CatalogEvents {
 public:
  virtual ~CatalogEvents() = default;

  virtual OutboxEvent OfProduct(const Product& product, absl::string_view traceparent) const = 0;
  virtual OutboxEvent OfCustomer(const Customer& customer, absl::string_view traceparent) const = 0;
  // `adjustment` is what made `level` out of the one before.
  virtual OutboxEvent OfStock(const StockLevel& level, const Movement& adjustment,
                              absl::string_view traceparent) const = 0;
};

}  // namespace ordermesh::catalog
