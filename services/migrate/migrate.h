// Makes the stores ready for the services.
#pragma once

#include "absl/status/status.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "services/migrate/config.h"

namespace ordermesh::migrate {

// Waits for the database, applies the migrations, sets roles, rights and passwords, rebases the outboxes and loads
// sample data when asked; then declares the topology of RabbitMQ and Kafka. May be run again at any time, also beside
// running services.
//   kUnavailable         a store did not come up within wait_timeout
//   kFailedPrecondition  what is there is not what was put there: an edited migration, another queue or topic
absl::Status Migrate(const MigrateConfig& config, base::Timer& timer, base::Random& random);

}  // namespace ordermesh::migrate
