// Validation: ordermesh.validation.v1.ValidationService.
#include "libs/mesh/process.h"
#include "libs/mesh/server.h"
#include "services/validation/api/validation_service.h"
#include "services/validation/app/catalog_refresher.h"
#include "services/validation/app/catalog_snapshot.h"
#include "services/validation/app/validate_orders.h"
#include "services/validation/store/postgres_catalog_store.h"
#include "services/validation/store/validation_database.h"
#include "services/validation/validation_config.h"
#include "services/validation/validation_metrics.h"

namespace ordermesh::validation {
namespace {

absl::Status Assemble(const ValidationConfig& config, mesh::Process& process) {
  process.SetDependencies({CatalogRefresher::kDatabase, CatalogRefresher::kCatalog});
  PostgresCatalogStore store({.database = ServiceDatabase(config.database_url)});
  CurrentCatalog current;
  const CatalogRefresher refresher({.poll_interval = config.catalog_poll,
                                    .full_reload = config.catalog_full_reload,
                                    .max_age = config.snapshot_max_age,
                                    .database_grace = config.database_grace},
                                   store, current, process.readiness(), CatalogMetrics(process.metrics()),
                                   process.clock(), process.timer());
  const OrderMetrics order_metrics(process.metrics());
  const ValidateOrders validate(current, config.snapshot_max_age, order_metrics, process.timer());
  ValidationService service(validate, order_metrics);
  service.Register(process.server());
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::validation

int main(int argc, char** argv) {
  ordermesh::validation::ValidationConfig config;
  return ordermesh::mesh::RunProcess(
      "validation", config.process, argc, argv,
      [&config](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&config](ordermesh::mesh::Process& process) { return ordermesh::validation::Assemble(config, process); });
}
