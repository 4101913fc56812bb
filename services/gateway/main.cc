// The gateway: ordermesh.orders.v1.OrderService.
#include <algorithm>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "libs/base/periodic.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "libs/mesh/channel.h"
#include "libs/mesh/dependency_check.h"
#include "libs/mesh/process.h"
#include "libs/mesh/server.h"
#include "services/gateway/api/order_service.h"
#include "services/gateway/app/expire_orders.h"
#include "services/gateway/clients/grpc_validator.h"
#include "services/gateway/clients/validation_check.h"
#include "services/gateway/gateway_config.h"
#include "services/gateway/store/gateway_database.h"
#include "services/gateway/store/move_policy.h"
#include "services/gateway/store/outbox_backlog.h"
#include "services/gateway/store/postgres_order_store.h"
#include "services/gateway/store/postgres_unpaid_orders.h"
#include "services/gateway/store/wire_order_events.h"

namespace ordermesh::gateway {
namespace {

using postgres::DatabaseMonitor;

constexpr char kValidation[] = "validation";
constexpr absl::Duration kExpiryInterval = absl::Seconds(1);

PostgresOrderStore::Options StoreOptions(const GatewayConfig& config, const postgres::Database& database) {
  return {.database = database,
          .intake_connections = config.intake_connections,
          .move_connections = config.cancel_connections,
          .query_connections = config.query_connections,
          .max_waiting = static_cast<std::size_t>(config.database_queue),
          .statement_timeout = config.statement_timeout,
          .lock_timeout = config.lock_timeout,
          .accept = {.give_up_after = config.accept_give_up}};
}

IntakeOptions LaneOptions(const GatewayConfig& config, std::size_t lanes) {
  IntakeOptions options;
  options.validate.max_items = options.store.max_items = options.look_up.max_items =
      static_cast<std::size_t>(config.intake_batch_size);
  options.validate.max_wait = options.store.max_wait = options.look_up.max_wait = config.intake_wait;
  options.validate.spacing = config.intake_wait;
  options.validate.max_in_flight = config.validate_in_flight;
  // No batch waits for a connection: what has not left yet still grows, and can still be dropped.
  options.store.max_in_flight = std::max(1, config.intake_connections / static_cast<int>(lanes));
  options.max_waiting = static_cast<std::size_t>(config.intake_queue);
  options.validate_timeout = config.validate_timeout;
  options.max_event_bytes = static_cast<std::size_t>(config.max_event_bytes);
  return options;
}

absl::Status Assemble(const GatewayConfig& config, mesh::Process& process) {
  base::Timer& timer = process.timer();
  base::Random& random = base::SystemRandom();
  base::Metrics& metrics = process.metrics();
  base::UuidV7Source ids(process.clock(), random);
  // With every validator away orders are still read, cancelled and watched.
  process.SetDependencies({DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema, kValidation},
                          {{"ordermesh.orders.v1.OrderService", {DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema}},
                           {"ordermesh.orders.v1.OrderService/CreateOrder",
                            {DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema, kValidation}}});

  const postgres::Database database = ServiceDatabase(config.database_url);
  WireOrderEvents events;
  PostgresOrderStore store(StoreOptions(config, database), events, timer, random, StoreMetrics(metrics));
  const std::shared_ptr<grpc::Channel> validation = mesh::MakeChannel(config.validation_target);
  GrpcValidator validator(validation);
  OutboxBacklog outbox(config.max_outbox_rows, metrics);
  DatabaseMonitor database_monitor(database, mesh::kCheckInterval, mesh::ReportTo(process.readiness()), timer,
                                   [&outbox](postgres::Connection& connection) { return outbox.Measure(connection); });
  mesh::DependencyCheck validation_check(kValidation, ValidationCheck(validation), process.readiness(), timer);

  mesh::Server& server = process.server();
  const IntakeMetrics intake_metrics(metrics);
  std::vector<std::unique_ptr<Intake>> lanes;
  Intakes intakes;
  for (std::size_t i = 0; i < server.lane_count(); ++i) {
    lanes.push_back(std::make_unique<Intake>(server.lane(i), validator, store, events, ids, outbox.full(),
                                             LaneOptions(config, server.lane_count()), intake_metrics));
    intakes.Add(server.lane(i), *lanes.back());
  }
  OrderVersions versions(server.lane(0), store, config.watch_interval, WatchMetrics(metrics));
  process.OnStop([&versions] { versions.Stop(); });

  CreateOrder create(intakes);
  GetOrder get(store);
  ListOrders list(store);
  MoveOrder move(store, ids);
  WatchOrder watch(store, versions);
  OrderService service(create, get, list, move, watch);
  service.Register(server);

  const MovePolicy expiry_policy(config.accept_give_up, events, timer, StoreMetrics(metrics));
  PostgresUnpaidOrders unpaid(database, expiry_policy);
  ExpireOrders expire({.ttl = config.unpaid_order_ttl}, unpaid, ids, ExpiryMetrics(metrics));
  std::optional<base::Periodic> expiry;
  if (config.unpaid_order_ttl > absl::ZeroDuration()) {
    expiry.emplace(
        kExpiryInterval, [&expire](std::stop_token stop) { expire.Run(stop); }, timer);
  }
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::gateway

int main(int argc, char** argv) {
  ordermesh::gateway::GatewayConfig config;
  return ordermesh::mesh::RunProcess(
      "gateway", config.process, argc, argv,
      [&config](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&config](ordermesh::mesh::Process& process) { return ordermesh::gateway::Assemble(config, process); });
}
