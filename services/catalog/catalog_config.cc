#include "services/catalog/catalog_config.h"

namespace ordermesh::catalog {

void CatalogConfig::Declare(base::ConfigFields& fields) {
  fields.Text("database_url", database_url, "the database, as a libpq URL").Secret();
  fields.Integer("query_connections", query_connections, "database sessions that read").AtLeast(1).AtMost(64);
  fields
      .Integer("change_connections", change_connections, "database sessions that change products, stock and customers")
      .AtLeast(1)
      .AtMost(64);
  fields
      .Integer("database_queue", database_queue,
               "calls that may wait for a session of each kind; beyond: RESOURCE_EXHAUSTED")
      .AtLeast(1);
}

}  // namespace ordermesh::catalog
