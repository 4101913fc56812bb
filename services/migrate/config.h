// What ordermesh-migrate is told.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "libs/base/config.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/rabbitmq/broker.h"
#include "libs/registry/client.h"

namespace ordermesh::migrate {

struct MigrateConfig {
  std::string database_url = "postgres://ordermesh_owner@127.0.0.1:5432/ordermesh";
  std::string role_password;
  rabbitmq::Broker rabbitmq;
  kafka::Brokers kafka;
  int kafka_replication = 1;
  registry::RegistryConfig registry;
  std::string registry_compatibility = "BACKWARD";
  bool sample_data = false;
  std::int64_t sample_stock = 10'000;
  bool rebase_outbox = false;
  absl::Duration wait_timeout = absl::Seconds(60);

  void Declare(base::ConfigFields& fields);
};

}  // namespace ordermesh::migrate
