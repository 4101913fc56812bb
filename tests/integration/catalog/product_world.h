// A PostgreSQL database with the store of products on it, and what the store does not show.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/metrics.h"
#include "libs/postgres/result.h"
#include "libs/testing/test_database.h"
#include "services/catalog/store/postgres_product_store.h"
#include "services/catalog/store/sessions.h"
#include "services/catalog/testing/product_store_conformance.h"
#include "services/catalog/testing/products.h"

namespace ordermesh::catalog {

// An error of the database ends the test process: nothing that follows would mean anything.
class ProductWorld : public ProductStoreWorld {
 public:
  explicit ProductWorld(Sessions::Options options = {});

  ProductStore& store() override { return *store_; }
  std::vector<OutboxEvent> Events() override;

  // Runs SQL as the superuser.
  void Run(const std::string& sql);
  // The first column of the first row.
  std::int64_t Number(const std::string& sql);
  std::string Text(const std::string& sql);
  // Returns when the query gives something else than 0.
  void WaitUntil(const std::string& sql);
  std::string url() const { return database_->UrlAs("ordermesh_catalog"); }

 private:
  postgres::Result Query(const std::string& sql);

  ProductTextEvents events_;
  base::Metrics metrics_;
  std::unique_ptr<ordermesh::testing::TestDatabase> database_;
  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<PostgresProductStore> store_;
};

}  // namespace ordermesh::catalog
