// What a batch of the feed makes of the catalogue: pure, over what its store has read and locked.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/feed_record.h"

namespace ordermesh::catalog {

// The rows that a batch tells of, as they are before it; those that do not exist are left out.
struct FeedRows {
  std::map<std::string, Product> products;    // by SKU
  std::map<std::string, StockLevel> stock;    // by SKU
  std::map<std::string, Customer> customers;  // by id
};

// Applies records in their order. What is told again as it is changes nothing.
class FeedFold {
 public:
  // `now`: the time of all that is written. The others must outlive it.
  FeedFold(FeedRows before, absl::Time now, base::IdSource& ids, const CatalogEvents& events);

  // kInvalidArgument: the record is refused for good, since its product or customer is deleted, or there is no such
  // product.
  absl::Status Apply(const FeedRecord& record);

  absl::Time now() const { return now_; }
  // The rows as they are to be.
  const FeedRows& rows() const { return rows_; }
  // Which of them were added, and which changed that were there before: by SKU or id.
  const std::set<std::string>& new_products() const { return new_products_; }
  const std::set<std::string>& changed_products() const { return changed_products_; }
  const std::set<std::string>& new_stock() const { return new_stock_; }
  const std::set<std::string>& changed_stock() const { return changed_stock_; }  // new ones that are not empty, too
  const std::set<std::string>& new_customers() const { return new_customers_; }
  const std::set<std::string>& changed_customers() const { return changed_customers_; }
  // What is to be added to the history of stock, and to the outbox, in this order.
  const std::vector<Movement>& movements() const { return movements_; }
  const std::vector<OutboxEvent>& outbox() const { return outbox_; }

 private:
  absl::Status ApplyProduct(const FeedProduct& told, const std::string& traceparent);
  absl::Status ApplyStockCount(const FeedStockCount& told, const std::string& traceparent);
  absl::Status ApplyCustomer(const FeedCustomer& told, const std::string& traceparent);

  FeedRows rows_;
  const absl::Time now_;
  base::IdSource& ids_;
  const CatalogEvents& events_;
  std::set<std::string> new_products_, changed_products_, new_stock_, changed_stock_, new_customers_,
      changed_customers_;
  std::vector<Movement> movements_;
  std::vector<OutboxEvent> outbox_;
};

}  // namespace ordermesh::catalog
