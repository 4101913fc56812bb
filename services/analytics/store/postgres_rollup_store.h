// Rollups in PostgreSQL: the schema `analytics`.
#pragma once

#include "libs/postgres/connection.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

// See RollupStore. A batch costs two round trips: (1) lock the partition's row, insert the events' ids; (2) with the
// deltas of what was new: add to the rollups, move the partition, commit. The lock comes first and alone decides:
// whoever else counts this partition waits there and then finds that it has moved.
class PostgresRollupStore : public RollupStore {
 public:
  explicit PostgresRollupStore(postgres::ConnectionOptions options) : db_(std::move(options)) {}

  void LimitTo(absl::Duration left) override { db_.LimitTo(left); }
  absl::StatusOr<Position> Load(const Partition& partition) override;
  absl::Status Move(const Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) override;
  absl::StatusOr<Applied> Apply(const EventBatch& batch) override;
  absl::StatusOr<stream::Positions> Positions() override;
  absl::StatusOr<std::int64_t> Prune(absl::Time before, int limit) override;
  absl::StatusOr<std::vector<SalesFigure>> QuerySales(const SalesQuery& query) override;

 private:
  absl::StatusOr<Applied> Count(const EventBatch& batch, const std::vector<postgres::Result>& locked,
                                std::vector<const SaleEvent*> distinct);

  postgres::Connection db_;
  base::Uuid prune_from_;
};

}  // namespace ordermesh::analytics
