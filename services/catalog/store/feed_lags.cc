#include "services/catalog/store/feed_lags.h"

#include <stop_token>

#include "libs/messaging/catalog_topology.h"
#include "services/catalog/store/feed_positions.h"

namespace ordermesh::catalog {
namespace {

constexpr absl::Duration kInterval = absl::Seconds(1);

}  // namespace

FeedLags::FeedLags(const postgres::Database& database, stream::LogEnds& ends, const stream::ConsumerMetrics& metrics,
                   base::Timer& timer)
    : connection_(database.Worker("feed-lags")),
      ends_(ends),
      metrics_(metrics),
      measures_(
          kInterval, [this](std::stop_token) { Measure(); }, timer) {}

void FeedLags::Measure() {
  const absl::StatusOr<stream::Positions> positions = FeedPositions().All(connection_);
  if (!positions.ok()) return;
  const absl::StatusOr<std::vector<stream::PartitionLag>> lags =
      stream::LagsOf(*positions, ends_, messaging::kCatalogFeedTopic, messaging::kCatalogFeedPartitions, kInterval);
  if (lags.ok()) metrics_.SetLags(*lags);
}

}  // namespace ordermesh::catalog
