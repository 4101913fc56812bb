// A PostgreSQL database with the store of customers on it, and what the store does not show.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "libs/base/metrics.h"
#include "libs/testing/test_database.h"
#include "services/catalog/store/postgres_customer_store.h"
#include "services/catalog/store/sessions.h"
#include "services/catalog/store/wire_catalog_events.h"
#include "services/catalog/testing/customer_store_conformance.h"

namespace ordermesh::catalog {

// An error of the database ends the test process: nothing that follows would mean anything.
class CustomerWorld : public CustomerStoreWorld {
 public:
  CustomerWorld();

  CustomerStore& store() override { return *store_; }
  // As the outbox has them, decoded as a consumer does. Each is of the type and of the aggregate that it says.
  std::vector<FakeCustomerStore::Event> Events() override;

  // Another process's store on the same database, as the role of the service; it lives as long as this.
  CustomerStore& OpenStore();
  std::string url() const { return database_->url(); }
  // Runs SQL as the superuser.
  void Run(const std::string& sql);
  // The first column of the first row.
  std::int64_t Number(const std::string& sql);
  std::string Text(const std::string& sql);
  // Until `sql`, which gives a number, gives this one.
  void WaitUntil(const std::string& sql, std::int64_t number = 1);

 private:
  struct Process {
    std::unique_ptr<base::Metrics> metrics;
    std::unique_ptr<Sessions> sessions;
    std::unique_ptr<PostgresCustomerStore> store;
  };
  postgres::Result Query(const std::string& sql);

  WireCatalogEvents events_;
  std::unique_ptr<ordermesh::testing::TestDatabase> database_;
  std::deque<Process> processes_;
  CustomerStore* store_;
};

}  // namespace ordermesh::catalog
