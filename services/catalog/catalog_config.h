// What the catalogue is told.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"

namespace ordermesh::catalog {

struct CatalogConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50053", .ops_listen = "127.0.0.1:51053"};
  std::string database_url = "postgres://ordermesh_catalog@127.0.0.1:5432/ordermesh";
  int query_connections = 4;
  int change_connections = 2;
  int database_queue = 256;

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::catalog
