// What analytics is told.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"
#include "libs/messaging/kafka/brokers.h"

namespace ordermesh::analytics {

struct AnalyticsConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50054", .ops_listen = "127.0.0.1:51054"};
  std::string database_url = "postgres://ordermesh_analytics@127.0.0.1:5432/ordermesh";
  kafka::Brokers kafka;
  int query_threads = 2;
  int max_queued_queries = 64;
  int max_batch_records = 2000;
  absl::Duration gather = absl::Milliseconds(50);
  absl::Duration session_timeout = absl::Seconds(10);
  absl::Duration max_poll_interval = absl::Minutes(5);
  absl::Duration seen_retention = absl::Hours(24 * 14);
  absl::Duration prune_interval = absl::Minutes(1);
  int prune_batch = 5000;

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::analytics
