#include "services/relay/run_feeds.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/mesh/dependency_check.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/postgres/database.h"
#include "libs/registry/framings.h"
#include "libs/registry/topic_values.h"
#include "services/relay/app/forwarder.h"
#include "services/relay/app/upkeep.h"
#include "services/relay/checks.h"
#include "services/relay/sinks/kafka_sink.h"
#include "services/relay/sinks/rabbitmq_sink.h"
#include "services/relay/store/postgres_outbox.h"
#include "services/relay/store/postgres_upkeep.h"
#include "services/relay/store/relay_database.h"

namespace ordermesh::relay {
namespace {

using postgres::DatabaseMonitor;

constexpr char kOutbox[] = "outbox";
constexpr char kRabbitmq[] = "rabbitmq";
constexpr char kKafka[] = "kafka";
constexpr char kRegistry[] = "schema_registry";
constexpr char kClientId[] = "ordermesh-relay";

ForwarderOptions ForwarderFor(const RelayConfig& config, std::string name) {
  return {.sink = std::move(name),
          .batch = {.events = config.batch_size},
          .read_pause = config.read_pause,
          .idle_read_pause = config.idle_read_pause,
          .lock_poll = config.lock_poll,
          .publish_timeout = config.publish_timeout};
}

// What leads from one outbox to one sink.
struct Way {
  Way(const postgres::Database& database, const std::string& schema, const char* sink_name, std::unique_ptr<Sink> made,
      const RelayConfig& config, mesh::Process& process)
      : name(FeedSinkName(schema, sink_name)),
        metrics(process.metrics(), name),
        outbox(database, schema, sink_name, config.lock_timeout),
        sink(std::move(made)),
        forwarder(ForwarderFor(config, name), outbox, *sink, metrics, process.clock(), process.timer(),
                  base::SystemRandom()) {}

  const std::string name;
  const SinkMetrics metrics;
  PostgresOutbox outbox;
  const std::unique_ptr<Sink> sink;
  Forwarder forwarder;  // Last: it stops before what it uses goes away.
};

// One feed under way.
class Relay {
 public:
  Relay(const Feed& feed, const postgres::Database& database, const RelayConfig& config, registry::Framings& framings,
        mesh::Process& process)
      : store_(database, feed.schema) {
    std::map<std::string, SinkMetrics> sinks;
    const auto add = [&](const char* name, std::unique_ptr<Sink> sink) {
      ways_.push_back(std::make_unique<Way>(database, feed.schema, name, std::move(sink), config, process));
      sinks.emplace(name, ways_.back()->metrics);
    };
    if (feed.rabbitmq.has_value()) {
      const rabbitmq::ConnectionOptions options = {.broker = config.rabbitmq, .name = kClientId};
      add(kRabbitmq, std::make_unique<RabbitmqSink>(options, config.publish_window, feed));
    }
    if (feed.kafka.has_value()) {
      const kafka::ProducerOptions options = {
          .brokers = config.kafka, .client_id = kClientId, .linger = config.kafka_linger};
      add(kKafka, std::make_unique<KafkaSink>(options, feed, framings));
    }
    upkeep_ =
        std::make_unique<Upkeep>(UpkeepOptions{.feed = feed.schema, .retention = config.outbox_retention}, store_,
                                 std::move(sinks), OutboxMetrics(process.metrics(), feed.schema), process.timer());
  }

 private:
  PostgresUpkeep store_;
  std::vector<std::unique_ptr<Way>> ways_;
  std::unique_ptr<Upkeep> upkeep_;
};

}  // namespace

absl::Status RunFeeds(const std::vector<Feed>& feeds, const RelayConfig& config, mesh::Process& process) {
  std::vector<std::string> needed = {DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema, kOutbox, kRabbitmq, kKafka};
  if (!config.registry.url.empty()) needed.push_back(kRegistry);
  process.SetDependencies(needed);
  RETURN_IF_ERROR(config.rabbitmq.Check());
  ASSIGN_OR_RETURN(const std::unique_ptr<kafka::Cluster> cluster, kafka::Cluster::Connect(config.kafka, kClientId));
  std::vector<std::string> schemas, migrations;
  std::vector<rabbitmq::ExchangeSpec> exchanges;
  std::vector<kafka::TopicSpec> topics;
  for (const Feed& feed : feeds) {
    schemas.push_back(feed.schema);
    migrations.push_back(feed.migration);
    if (feed.rabbitmq.has_value()) exchanges.push_back(feed.rabbitmq->exchange);
    if (feed.kafka.has_value()) topics.push_back(feed.kafka->topic);
  }
  const postgres::Database database = ServiceDatabase(config.database_url, migrations);
  registry::Framings framings(config.registry, registry::TopicValues(), process.timer(), base::SystemRandom());
  std::vector<std::unique_ptr<Relay>> relays;
  for (const Feed& feed : feeds) relays.push_back(std::make_unique<Relay>(feed, database, config, framings, process));
  mesh::Readiness& readiness = process.readiness();
  base::Timer& timer = process.timer();
  DatabaseMonitor database_monitor(database, mesh::kCheckInterval, mesh::ReportTo(readiness), timer);
  mesh::DependencyCheck outbox(kOutbox, OutboxCheck(database, schemas), readiness, timer);
  mesh::DependencyCheck rabbitmq(kRabbitmq, RabbitmqCheck(config.rabbitmq, exchanges), readiness, timer);
  mesh::DependencyCheck kafka(kKafka, KafkaCheck(*cluster, topics), readiness, timer);
  std::optional<mesh::DependencyCheck> registry;
  if (!config.registry.url.empty()) {
    registry.emplace(
        kRegistry, [&framings] { return framings.Check(); }, readiness, timer);
  }
  return process.Serve();
}

}  // namespace ordermesh::relay
