#include "services/catalog/store/feed_sink.h"

#include "libs/base/failpoint.h"
#include "libs/base/status.h"
#include "services/catalog/app/decode_feed.h"
#include "services/catalog/store/feed_positions.h"
#include "services/catalog/store/feed_rows.h"

namespace ordermesh::catalog {

using postgres::Connection;
using postgres::Result;

absl::StatusOr<std::optional<stream::Position>> FeedSink::Load(const stream::Partition& partition) {
  return FeedPositions().Load(connection_, partition);
}

absl::Status FeedSink::Move(const stream::Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) {
  return FeedPositions().Move(connection_, partition, from, to, lost);
}

absl::StatusOr<std::optional<FeedRecord>> FeedSink::Decode(const stream::Record& record) {
  // A tombstone, by which compaction forgets a key.
  if (record.value.empty()) return std::nullopt;
  return DecodeFeed(record);
}

absl::Status FeedSink::Apply(const stream::Batch& batch, const std::vector<const FeedRecord*>& records) {
  const absl::Status applied = Run(batch, records);
  // What was refused before the commit left the transaction open.
  if (!applied.ok() && connection_.in_transaction()) connection_.Rollback().IgnoreError();
  if (applied.ok()) base::HitFailpoint("catalog_feed_after_commit");
  return applied;
}

absl::Status FeedSink::Run(const stream::Batch& batch, const std::vector<const FeedRecord*>& records) {
  Connection::Pipeline lock(connection_);
  lock.Begin();
  SendFeedLocks(lock, records);
  FeedPositions().SendLock(lock, batch);
  ASSIGN_OR_RETURN(const std::vector<Result> locked, lock.Finish());
  RETURN_IF_ERROR(FeedPositions().CheckLocked(locked.back(), batch));

  FeedFold fold(ReadFeedRows(locked), TimeOfLocks(locked), ids_, events_);
  for (const FeedRecord* record : records) RETURN_IF_ERROR(fold.Apply(*record));

  Connection::Pipeline write(connection_);
  SendFeedRows(write, fold, ids_);
  FeedPositions().SendAdvance(write, batch);
  ASSIGN_OR_RETURN(const std::vector<Result> written, write.Finish());
  RETURN_IF_ERROR(CheckWritten(written, fold));
  base::HitFailpoint("catalog_feed_before_commit");
  return connection_.Commit();
}

}  // namespace ordermesh::catalog
