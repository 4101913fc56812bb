// A PostgreSQL database with the catalogue's stock on it, and what its store does not show.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libs/base/metrics.h"
#include "libs/base/timer.h"
#include "libs/testing/test_database.h"
#include "services/catalog/store/postgres_stock_store.h"
#include "services/catalog/store/sessions.h"
#include "services/catalog/testing/stock_store_conformance.h"

namespace ordermesh::catalog {

// An error of the database ends the test process: nothing that follows would mean anything.
class StockWorld : public StockStoreWorld {
 public:
  StockWorld();

  StockStore& store() override { return store_; }
  void AddProduct(std::uint32_t n, std::optional<std::int64_t> available) override;
  void DeleteProduct(std::uint32_t n) override;
  void Order(MovementKind kind, const base::Uuid& order, std::uint32_t product, std::int64_t quantity) override;
  std::vector<std::string> Events() override;

  std::string UrlAs(const std::string& role) const { return database_->UrlAs(role); }
  // As the superuser. Number and Text: the first column of the first row.
  void Run(const std::string& sql);
  std::int64_t Number(const std::string& sql);
  std::string Text(const std::string& sql);
  // Until `sql`, which gives a number, gives 1.
  void WaitUntil(const std::string& sql);

 private:
  postgres::Result Query(const std::string& sql);

  std::unique_ptr<ordermesh::testing::TestDatabase> database_;
  base::Metrics metrics_;
  TextStockEvents events_;
  Sessions sessions_;
  PostgresStockStore store_;
};

}  // namespace ordermesh::catalog
