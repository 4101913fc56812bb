// The catalogue's database.
#pragma once

#include <string>
#include <utility>

#include "libs/postgres/database.h"

namespace ordermesh::catalog {

// Every statement here looks rows up by a key or in the order of an index. A plan that is made while a table is empty
// would read it from end to end, and stay when the table has grown.
inline postgres::Database ServiceDatabase(std::string url) {
  return {.url = std::move(url),
          .application = "ordermesh-catalog",
          .migrations = {"catalog/0011_feed", "orders/0010_index_products"},
          .session_sql = "SET enable_seqscan = off"};
}

}  // namespace ordermesh::catalog
