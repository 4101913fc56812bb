// The transactions that change products.
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/product_store.h"
#include "services/catalog/store/unanswered_commit.h"

namespace ordermesh::catalog {

// One attempt to create it; a further one finds what an earlier one has committed. The refusals are those of
// ProductStore; any other error is a status of `connection`.
absl::StatusOr<Product> TryCreateProduct(postgres::Connection& connection, const CatalogEvents& events,
                                         const ProductCreation& creation);

// One change, in any number of attempts, which belong to one thread at a time. The events must outlive it.
class ProductChangeTransaction {
 public:
  ProductChangeTransaction(const CatalogEvents& events, ProductChange change)
      : events_(&events), change_(std::move(change)) {}

  // One attempt. When it is not known of the one before whether it was committed, that is found out first. Fails as
  // TryCreateProduct.
  absl::StatusOr<Product> Try(postgres::Connection& connection);

 private:
  absl::StatusOr<Product> Run(postgres::Connection& connection);
  // Locks the product and reads it, as it is after waiting. `done`: what it gives was committed by the attempt before.
  absl::StatusOr<Product> Lock(postgres::Connection& connection, bool& done);

  const CatalogEvents* events_;
  ProductChange change_;
  UnansweredCommit<Product> unanswered_;
};

}  // namespace ordermesh::catalog
