// ordermesh-catalog: assembles, nothing else.
#include <memory>
#include <string>
#include <vector>

#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/base/uuid.h"
#include "libs/mesh/dependency_check.h"
#include "libs/mesh/process.h"
#include "libs/postgres/database.h"
#include "services/catalog/api/customer_service.h"
#include "services/catalog/api/product_service.h"
#include "services/catalog/api/stock_service.h"
#include "services/catalog/app/list_products.h"
#include "services/catalog/app/products.h"
#include "services/catalog/catalog_config.h"
#include "services/catalog/feed_consumer.h"
#include "services/catalog/store/catalog_database.h"
#include "services/catalog/store/postgres_customer_store.h"
#include "services/catalog/store/postgres_product_store.h"
#include "services/catalog/store/postgres_stock_store.h"
#include "services/catalog/store/sessions.h"
#include "services/catalog/store/wire_catalog_events.h"

namespace ordermesh::catalog {
namespace {

using postgres::DatabaseMonitor;

constexpr char kKafka[] = "kafka";

absl::Status Assemble(const CatalogConfig& config, mesh::Process& process) {
  base::Timer& timer = process.timer();
  // With Kafka away nothing of the feed is applied, but the catalogue is kept and told.
  const std::vector<std::string> needed = {DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema};
  process.SetDependencies({DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema, kKafka},
                          {{"ordermesh.catalog.v1.ProductService", needed},
                           {"ordermesh.catalog.v1.StockService", needed},
                           {"ordermesh.catalog.v1.CustomerService", needed}});
  const postgres::Database database = ServiceDatabase(config.database_url);
  Sessions sessions({.database = database,
                     .query_connections = config.query_connections,
                     .change_connections = config.change_connections,
                     .max_waiting = static_cast<std::size_t>(config.database_queue)},
                    process.metrics(), timer);
  const WireCatalogEvents events;
  base::UuidV7Source ids(process.clock(), base::SystemRandom());
  DatabaseMonitor database_monitor(database, mesh::kCheckInterval, mesh::ReportTo(process.readiness()), timer);

  PostgresCustomerStore customer_store(sessions, events);
  Customers customers(customer_store, ids);
  CustomerService customer_service(customers);
  customer_service.Register(process.server());
  PostgresProductStore product_store(sessions, events);
  Products products(product_store, ids);
  ListProducts list_products(product_store);
  ProductService product_service(products, list_products);
  product_service.Register(process.server());
  PostgresStockStore stock_store(sessions, events);
  StockKeeping stock(stock_store, ids);
  StockService stock_service(stock);
  stock_service.Register(process.server());

  ASSIGN_OR_RETURN(const std::unique_ptr<kafka::Cluster> cluster,
                   kafka::Cluster::Connect(config.kafka, FeedConsumer::kClientId));
  mesh::DependencyCheck kafka_check(
      kKafka, [&] { return FeedConsumer::CheckTopics(*cluster); }, process.readiness(), timer);
  FeedConsumer feed(config, database, *cluster, events, ids, process);
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::catalog

int main(int argc, char** argv) {
  ordermesh::catalog::CatalogConfig config;
  return ordermesh::mesh::RunProcess(
      "catalog", config.process, argc, argv,
      [&config](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&config](ordermesh::mesh::Process& process) { return ordermesh::catalog::Assemble(config, process); });
}
