// The feed's records in the catalogue's tables.
#pragma once

#include <optional>
#include <vector>

#include "libs/base/uuid.h"
#include "libs/postgres/connection.h"
#include "libs/stream/partition_sink.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/feed_fold.h"
#include "services/catalog/app/feed_record.h"

namespace ordermesh::catalog {

// Each batch is one transaction: (1) wait for whoever changes the same products, customers and stock,
// lock and read the rows; (2) write what they become, with its events and the history of stock, and move the partition.
// The dependencies must outlive it.
class FeedSink : public stream::TransactionalSink<FeedRecord> {
 public:
  FeedSink(postgres::ConnectionOptions options, const CatalogEvents& events, base::IdSource& ids)
      : connection_(std::move(options)), events_(events), ids_(ids) {}

  absl::StatusOr<std::optional<stream::Position>> Load(const stream::Partition& partition) override;
  absl::Status Move(const stream::Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) override;
  absl::StatusOr<std::optional<FeedRecord>> Decode(const stream::Record& record) override;
  absl::Status Apply(const stream::Batch& batch, const std::vector<const FeedRecord*>& records) override;

 private:
  absl::Status Run(const stream::Batch& batch, const std::vector<const FeedRecord*>& records);

  postgres::Connection connection_;
  const CatalogEvents& events_;
  base::IdSource& ids_;
};

}  // namespace ordermesh::catalog
