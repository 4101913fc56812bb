#include "services/catalog/feed_consumer.h"

#include <utility>

#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/topology.h"
#include "libs/stream/kafka_record_source.h"

namespace ordermesh::catalog {
namespace {

constexpr absl::Duration kCheckTimeout = absl::Seconds(1);

// A topic that is not as declared is not read: records of one key could come out of order, or not at all.
stream::OpenRecordSource Open(const CatalogConfig& config, kafka::Cluster& cluster) {
  const stream::KafkaSourceOptions source{.brokers = config.kafka,
                                          .client_id = FeedConsumer::kClientId,
                                          .topic = messaging::kCatalogFeedTopic,
                                          .group = messaging::kCatalogFeedGroup,
                                          .session_timeout = config.session_timeout,
                                          .max_poll_interval = config.max_poll_interval};
  return [source, &cluster](
             stream::RecordSource::Callbacks callbacks) -> absl::StatusOr<std::unique_ptr<stream::RecordSource>> {
    RETURN_IF_ERROR(FeedConsumer::CheckTopics(cluster));
    return stream::OpenKafkaRecordSource(source, std::move(callbacks));
  };
}

}  // namespace

FeedConsumer::FeedConsumer(const CatalogConfig& config, const postgres::Database& database, kafka::Cluster& cluster,
                           const CatalogEvents& events, base::IdSource& ids, mesh::Process& process)
    : metrics_(process.metrics(), "ordermesh_catalog_feed"),
      sink_(database.Worker("feed"), events, ids),
      dead_letters_({.brokers = config.kafka, .client_id = kClientId}, messaging::kCatalogFeedDeadLetterTopic),
      ends_(cluster),
      lags_(database, ends_, metrics_, process.timer()),
      consumer_({.activity = "feeding",
                 .when_lost = "have the suppliers send again what they sent meanwhile: docs/catalog-feed.md",
                 .max_records = config.feed_batch_records,
                 .gather = config.feed_gather},
                Open(config, cluster), sink_, dead_letters_, metrics_, process.timer(), base::SystemRandom()) {}

absl::Status FeedConsumer::CheckTopics(kafka::Cluster& cluster) {
  return kafka::CheckTopology(cluster, messaging::CatalogFeedTopics(), kCheckTimeout);
}

}  // namespace ordermesh::catalog
