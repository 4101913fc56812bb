// What the gateway is told.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"

namespace ordermesh::gateway {

struct GatewayConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50051", .ops_listen = "127.0.0.1:51051"};
  std::string database_url = "postgres://ordermesh_gateway@127.0.0.1/ordermesh";
  std::string validation_target = "127.0.0.1:50052";
  int intake_batch_size = 64;
  absl::Duration intake_wait = absl::Milliseconds(2);
  int intake_queue = 512;
  int validate_in_flight = 4;
  absl::Duration validate_timeout = absl::Seconds(1);
  int intake_connections = 2;
  int cancel_connections = 2;
  int query_connections = 4;
  int database_queue = 256;
  absl::Duration statement_timeout = absl::Seconds(3);
  absl::Duration lock_timeout = absl::Milliseconds(200);
  absl::Duration accept_give_up = absl::Seconds(4);
  std::int64_t max_outbox_rows = 20'000'000;
  int max_event_bytes = 262'144;
  absl::Duration unpaid_order_ttl = absl::ZeroDuration();
  absl::Duration watch_interval = absl::Milliseconds(200);

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::gateway
