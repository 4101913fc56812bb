// What suppliers and other systems tell the catalogue.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "services/catalog/app/customer_rules.h"
#include "services/catalog/app/product_rules.h"

namespace ordermesh::catalog {

// A product as it is to be: added, or changed where it is another. What is not told stays as it is.
struct FeedProduct {
  std::string sku;
  ProductFields fields;  // name and price always
};

// How many pieces there are of a product, by a count.
struct FeedStockCount {
  std::string sku;
  std::int64_t available = 0;
  std::string reason;
};

// A customer as one is to be: added, or changed. What is not told stays as it is.
struct FeedCustomer {
  std::string id;
  CustomerFields fields;  // the name always
};

struct FeedRecord {
  std::variant<FeedProduct, FeedStockCount, FeedCustomer> told;
  std::string traceparent;  // empty: none
};

}  // namespace ordermesh::catalog
