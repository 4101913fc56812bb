// ordermesh-analytics: assembles, nothing else.
#include <memory>

#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/mesh/dependency_check.h"
#include "libs/mesh/process.h"
#include "libs/mesh/server.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/topology.h"
#include "libs/messaging/order_topology.h"
#include "libs/postgres/database.h"
#include "libs/stream/kafka_dead_letters.h"
#include "libs/stream/kafka_record_source.h"
#include "libs/stream/lags.h"
#include "libs/stream/partition_consumer.h"
#include "services/analytics/analytics_config.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/api/analytics_service.h"
#include "services/analytics/app/count_sales.h"
#include "services/analytics/app/maintenance.h"
#include "services/analytics/store/analytics_database.h"
#include "services/analytics/store/postgres_rollup_store.h"

namespace ordermesh::analytics {
namespace {

constexpr char kClientId[] = "ordermesh-analytics";
constexpr absl::Duration kCheckTimeout = absl::Seconds(1);

std::function<std::unique_ptr<RollupStore>()> StoreFactory(postgres::ConnectionOptions options) {
  return [options = std::move(options)] { return std::make_unique<PostgresRollupStore>(options); };
}

absl::Status Assemble(AnalyticsConfig& config, mesh::Process& process) {
  // With Kafka away nothing is counted, but what was is told.
  process.SetDependencies(
      {"database", "kafka", "schema"},
      {{"ordermesh.analytics.v1.AnalyticsService", {"database", "schema"}},
       {"ordermesh.analytics.v1.AnalyticsService/ListConsumerLags", {"database", "kafka", "schema"}}});
  const postgres::Database database = ServiceDatabase(config.database_url);
  const AnalyticsMetrics metrics(process.metrics());
  ASSIGN_OR_RETURN(std::unique_ptr<kafka::Cluster> cluster, kafka::Cluster::Connect(config.kafka, kClientId));
  stream::KafkaLogEnds ends(*cluster);

  StorePool stores({.threads = config.query_threads, .max_queued = static_cast<std::size_t>(config.max_queued_queries)},
                   aio::PoolMetrics(process.metrics(), "queries"), StoreFactory(SalesQueries(database)));
  QuerySales query_sales(stores, process.clock());
  ListLags list_lags(stores, ends,
                     {{messaging::kCatalogFeedTopic, messaging::kCatalogFeedPartitions},
                      {messaging::kOrderEventsTopic, messaging::kOrderEventsPartitions}});
  AnalyticsService service(query_sales, list_lags, process.timer());
  service.Register(process.server());

  std::unique_ptr<RollupStore> rollups = StoreFactory(database.Worker("count"))();
  CountSales count_sales(*rollups, metrics, process.clock());
  stream::KafkaDeadLetters dead_letters({.brokers = config.kafka, .client_id = kClientId},
                                        messaging::kOrderEventsDeadLetterTopic);
  const stream::KafkaSourceOptions source{.brokers = config.kafka,
                                          .client_id = kClientId,
                                          .topic = messaging::kOrderEventsTopic,
                                          .group = messaging::kAnalyticsGroup,
                                          .session_timeout = config.session_timeout,
                                          .max_poll_interval = config.max_poll_interval};
  // A topic that is not as declared is not read: events of an order could come out of order, or not at all.
  auto open = [&](stream::RecordSource::Callbacks callbacks) -> absl::StatusOr<std::unique_ptr<stream::RecordSource>> {
    RETURN_IF_ERROR(kafka::CheckTopology(*cluster, messaging::OrderTopics(), kCheckTimeout));
    return stream::OpenKafkaRecordSource(source, std::move(callbacks));
  };
  stream::PartitionConsumer consumer({.activity = "counting",
                                      .when_lost = "rebuild the rollups: docs/runbooks/consumer-lag.md",
                                      .max_records = config.max_batch_records,
                                      .gather = config.gather},
                                     open, count_sales, dead_letters, metrics.consumer, process.timer(),
                                     base::SystemRandom());
  MaintenanceThread maintenance({.topic = messaging::kOrderEventsTopic,
                                 .partitions = messaging::kOrderEventsPartitions,
                                 .seen_retention = config.seen_retention,
                                 .prune_interval = config.prune_interval,
                                 .prune_batch = config.prune_batch},
                                StoreFactory(database.Worker("maintenance")), ends, metrics, process.clock(),
                                process.timer());
  mesh::Readiness& readiness = process.readiness();
  postgres::DatabaseMonitor database_monitor(database, mesh::kCheckInterval, mesh::ReportTo(readiness),
                                             process.timer());
  mesh::DependencyCheck kafka_check(
      "kafka", [&] { return kafka::CheckTopology(*cluster, messaging::OrderTopics(), kCheckTimeout); }, readiness,
      process.timer());
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::analytics

int main(int argc, char** argv) {
  ordermesh::analytics::AnalyticsConfig config;
  return ordermesh::mesh::RunProcess(
      "analytics", config.process, argc, argv, [&](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&](ordermesh::mesh::Process& process) { return ordermesh::analytics::Assemble(config, process); });
}
