// A PostgreSQL database with the store on it, and what the store does not show.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/metrics.h"
#include "libs/base/random.h"
#include "libs/testing/test_database.h"
#include "services/gateway/store/postgres_order_store.h"
#include "services/gateway/testing/order_store_conformance.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {

// An error of the database ends the test process: nothing that follows would mean anything.
class PostgresWorld : public OrderStoreWorld {
 public:
  explicit PostgresWorld(PostgresOrderStore::Options options = {});

  OrderStore& store() override { return *store_; }
  void SetStock(const domain::ProductId& product, std::int64_t available) override;
  std::int64_t Stock(const domain::ProductId& product) override;
  std::int64_t Reserved(const domain::ProductId& product) override;
  void SetState(const domain::OrderId& id, domain::OrderState state) override;
  std::vector<FakeOrderStore::Event> Events() override;

  // Whether the history of every product's stock sums to it.
  bool MovementsSumToStock();

  // Another process's store on the same database, as the role of the service.
  std::unique_ptr<PostgresOrderStore> OpenStore();
  StoreMetrics metrics() { return StoreMetrics(metrics_); }
  std::string UrlAs(const std::string& role) const { return database_->UrlAs(role); }
  std::string url() const { return UrlAs("ordermesh_gateway"); }
  // Runs SQL as the superuser.
  void Run(const std::string& sql);
  // The first column of the first row.
  std::int64_t Number(const std::string& sql);
  std::string Text(const std::string& sql);

 private:
  postgres::Result Query(const std::string& sql);

  PostgresOrderStore::Options options_;
  TextEvents events_;
  base::Metrics metrics_;
  std::unique_ptr<ordermesh::testing::TestDatabase> database_;
  std::unique_ptr<PostgresOrderStore> store_;
};

}  // namespace ordermesh::gateway
