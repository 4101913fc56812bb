#include "services/migrate/migrate.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/deadline.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/migrations.h"
#include "services/migrate/rebase.h"
#include "services/migrate/retry.h"
#include "services/migrate/sample_data.h"
#include "services/migrate/schema.h"
#include "services/migrate/topology.h"

namespace ordermesh::migrate {
namespace {

// One request to Kafka; waiting for the broker is RetryUntil's.
constexpr absl::Duration kLeastKafkaTimeout = absl::Seconds(1), kMostKafkaTimeout = absl::Seconds(5);

absl::Status PrepareDatabase(const MigrateConfig& config, postgres::Connection& connection) {
  ASSIGN_OR_RETURN(const std::vector<std::string> applied, postgres::ApplyMigrations(connection, EmbeddedMigrations()));
  base::LogInfo("schema_ready", {{"applied", applied.size()}});
  if (!config.role_password.empty()) RETURN_IF_ERROR(SetRolePasswords(connection, config.role_password));
  if (config.rebase_outbox) {
    ASSIGN_OR_RETURN(const bool rebased, RebaseOutboxes(connection));
    base::LogInfo("outbox_rebased", {{"was_needed", rebased}});
  }
  if (!config.sample_data) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Loaded loaded, LoadSampleData(connection, config.sample_stock));
  base::LogInfo(
      "sample_data_ready",
      {{"added_products", loaded.products}, {"added_stock_rows", loaded.stock}, {"added_customers", loaded.customers}});
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(const MigrateConfig& config, base::Timer& timer, base::Random& random) {
  // Before the database is changed.
  if (!config.rabbitmq.url.empty()) RETURN_IF_ERROR(config.rabbitmq.Check());
  if (!config.kafka.addresses.empty()) RETURN_IF_ERROR(config.kafka.Check());
  const base::Deadline deadline = base::Deadline::In(config.wait_timeout, timer);
  {
    postgres::Connection connection(SessionOptions(config.database_url));
    RETURN_IF_ERROR(
        RetryUntil(deadline, "database", timer, random, [&] { return PrepareDatabase(config, connection); }));
  }
  if (!config.rabbitmq.url.empty()) {
    RETURN_IF_ERROR(RetryUntil(deadline, "rabbitmq", timer, random, [&] { return DeclareRabbitMq(config.rabbitmq); }));
    base::LogInfo("queues_ready");
  }
  if (!config.kafka.addresses.empty()) {
    RETURN_IF_ERROR(RetryUntil(deadline, "kafka", timer, random, [&] {
      const absl::Duration timeout = std::clamp(deadline.Remaining(timer), kLeastKafkaTimeout, kMostKafkaTimeout);
      return DeclareKafka(config.kafka, config.kafka_replication, timeout);
    }));
    base::LogInfo("topics_ready");
  }
  if (!config.registry.url.empty()) {
    RETURN_IF_ERROR(RetryUntil(deadline, "schema registry", timer, random, [&] {
      return RegisterSchemas(config.registry, config.registry_compatibility, timer, random);
    }));
    base::LogInfo("schemas_ready");
  }
  base::LogInfo("migrated");
  return absl::OkStatus();
}

}  // namespace ordermesh::migrate
