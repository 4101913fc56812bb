// The gateway's database.
#pragma once

#include <string>
#include <utility>

#include "libs/postgres/database.h"

namespace ordermesh::gateway {

// Every statement here looks rows up by a key. A plan that is made while a table is empty would read it from end to
// end, and stay when the table has grown.
inline postgres::Database ServiceDatabase(std::string url) {
  return {.url = std::move(url),
          .application = "ordermesh-gateway",
          .migrations = {"catalog/0001_catalog", "orders/0004_moves"},
          .session_sql = "SET enable_seqscan = off"};
}

}  // namespace ordermesh::gateway
