// What the catalogue is told.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"
#include "libs/messaging/kafka/brokers.h"

namespace ordermesh::catalog {

struct CatalogConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50053", .ops_listen = "127.0.0.1:51053"};
  std::string database_url = "postgres://ordermesh_catalog@127.0.0.1:5432/ordermesh";
  kafka::Brokers kafka;
  int query_connections = 4;
  int change_connections = 2;
  int database_queue = 256;
  int feed_batch_records = 500;
  absl::Duration feed_gather = absl::Milliseconds(50);
  absl::Duration session_timeout = absl::Seconds(10);
  absl::Duration max_poll_interval = absl::Minutes(5);

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::catalog
