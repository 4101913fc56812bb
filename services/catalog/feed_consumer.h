// The member of the feed's group that lives in this process.
#pragma once

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/uuid.h"
#include "libs/mesh/process.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/postgres/database.h"
#include "libs/stream/consumer_metrics.h"
#include "libs/stream/kafka_dead_letters.h"
#include "libs/stream/partition_consumer.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/catalog_config.h"
#include "services/catalog/store/feed_lags.h"
#include "services/catalog/store/feed_sink.h"

namespace ordermesh::catalog {

// Consumes from when it is made until it goes away. The arguments must outlive it.
class FeedConsumer {
 public:
  static constexpr char kClientId[] = "ordermesh-catalog";

  FeedConsumer(const CatalogConfig& config, const postgres::Database& database, kafka::Cluster& cluster,
               const CatalogEvents& events, base::IdSource& ids, mesh::Process& process);

  // Whether the topic is there, as it has to be.
  static absl::Status CheckTopics(kafka::Cluster& cluster);

 private:
  const stream::ConsumerMetrics metrics_;
  FeedSink sink_;
  stream::KafkaDeadLetters dead_letters_;
  stream::KafkaLogEnds ends_;
  FeedLags lags_;
  stream::PartitionConsumer consumer_;  // Last: its thread uses what stands above.
};

}  // namespace ordermesh::catalog
