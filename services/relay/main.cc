// ordermesh-relay: assembles, nothing else.
#include <memory>

#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/mesh/dependency_check.h"
#include "libs/mesh/process.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/order_topology.h"
#include "services/relay/app/relay_lane.h"
#include "services/relay/app/upkeep.h"
#include "services/relay/checks.h"
#include "services/relay/relay_config.h"
#include "services/relay/sinks/kafka_sink.h"
#include "services/relay/sinks/rabbitmq_sink.h"
#include "services/relay/store/postgres_outbox.h"
#include "services/relay/store/postgres_upkeep.h"

namespace ordermesh::relay {
namespace {

constexpr char kRabbitmq[] = "rabbitmq";
constexpr char kKafka[] = "kafka";
constexpr char kClientId[] = "ordermesh-relay";

LaneOptions Lane(const RelayConfig& config, const char* sink) {
  return {.sink = sink,
          .batch = {.events = config.batch_size},
          .read_pause = config.read_pause,
          .idle_read_pause = config.idle_read_pause,
          .lock_poll = config.lock_poll,
          .publish_timeout = config.publish_timeout};
}

absl::Status Assemble(RelayConfig& config, mesh::Process& process) {
  process.SetDependencies({"database", "outbox", kRabbitmq, kKafka});
  RETURN_IF_ERROR(config.rabbitmq.Check());
  ASSIGN_OR_RETURN(const std::unique_ptr<kafka::Cluster> cluster, kafka::Cluster::Connect(config.kafka, kClientId));
  base::Clock& clock = process.clock();
  base::Timer& timer = process.timer();
  base::Random& random = base::SystemRandom();
  const SinkMetrics rabbitmq_metrics(process.metrics(), kRabbitmq), kafka_metrics(process.metrics(), kKafka);

  PostgresOutbox rabbitmq_outbox(config.database_url, kRabbitmq, config.lock_timeout);
  RabbitmqSink rabbitmq_sink({.broker = config.rabbitmq, .name = "ordermesh-relay"}, config.publish_window);
  PostgresOutbox kafka_outbox(config.database_url, kKafka, config.lock_timeout);
  KafkaSink kafka_sink({.brokers = config.kafka, .client_id = kClientId, .linger = config.kafka_linger});
  PostgresUpkeep upkeep_store(config.database_url);

  RelayLane rabbitmq_lane(Lane(config, kRabbitmq), rabbitmq_outbox, rabbitmq_sink, rabbitmq_metrics, clock, timer,
                          random);
  RelayLane kafka_lane(Lane(config, kKafka), kafka_outbox, kafka_sink, kafka_metrics, clock, timer, random);
  Upkeep upkeep({.retention = config.outbox_retention}, upkeep_store,
                {{kRabbitmq, rabbitmq_metrics}, {kKafka, kafka_metrics}}, OutboxMetrics(process.metrics()), timer);

  mesh::Readiness& readiness = process.readiness();
  mesh::DependencyCheck database("database", DatabaseCheck(config.database_url), readiness, timer);
  mesh::DependencyCheck outbox("outbox", OutboxCheck(config.database_url), readiness, timer);
  mesh::DependencyCheck rabbitmq(kRabbitmq, RabbitmqCheck(config.rabbitmq, {messaging::OrdersExchange()}), readiness,
                                 timer);
  mesh::DependencyCheck kafka(kKafka, KafkaCheck(*cluster, {messaging::OrderEvents()}), readiness, timer);
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::relay

int main(int argc, char** argv) {
  ordermesh::relay::RelayConfig config;
  return ordermesh::mesh::RunProcess(
      "relay", config.process, argc, argv, [&](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&](ordermesh::mesh::Process& process) { return ordermesh::relay::Assemble(config, process); });
}
