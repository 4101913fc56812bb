// What the relay is told.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/mesh/process.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/rabbitmq/broker.h"
#include "libs/registry/client.h"

namespace ordermesh::relay {

struct RelayConfig {
  mesh::ProcessConfig process{.listen = "127.0.0.1:50056", .ops_listen = "127.0.0.1:51056"};
  std::string database_url = "postgres://ordermesh_relay@127.0.0.1:5432/ordermesh";
  rabbitmq::Broker rabbitmq;
  kafka::Brokers kafka;
  registry::RegistryConfig registry;
  int batch_size = 512;
  absl::Duration read_pause = absl::Milliseconds(5);
  absl::Duration idle_read_pause = absl::Milliseconds(20);
  int publish_window = 256;
  absl::Duration publish_timeout = absl::Seconds(5);
  absl::Duration kafka_linger = absl::Milliseconds(5);
  absl::Duration lock_poll = absl::Milliseconds(500);
  absl::Duration lock_timeout = absl::Seconds(10);
  absl::Duration outbox_retention = absl::Minutes(5);

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::relay
