// The analytics' database.
#pragma once

#include <string>
#include <utility>

#include "libs/postgres/database.h"

namespace ordermesh::analytics {

inline postgres::Database ServiceDatabase(std::string url) {
  return {.url = std::move(url),
          .application = "ordermesh-analytics",
          .migrations = {"analytics/0003_paid_shipped", "catalog/0011_feed"}};
}

// Of a store that only answers QuerySales: planned each time, for the filters of the moment, from an index whatever is
// believed of sizes.
inline postgres::ConnectionOptions SalesQueries(const postgres::Database& database) {
  postgres::ConnectionOptions options = database.Queries("queries");
  options.session_sql = "SET plan_cache_mode = force_custom_plan; SET enable_seqscan = off";
  return options;
}

}  // namespace ordermesh::analytics
