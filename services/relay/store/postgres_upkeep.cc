#include "services/relay/store/postgres_upkeep.h"

#include <algorithm>

#include "libs/base/status.h"
#include "services/relay/app/outbox_store.h"
#include "services/relay/sql.h"
#include "services/relay/store/postgres_outbox.h"

namespace ordermesh::relay {
namespace {

constexpr postgres::Statement kBehind = {"relay_outbox_behind", sql::kOutboxBehind};
constexpr postgres::Statement kCursors = {"relay_cursors", sql::kCursors};
constexpr postgres::Statement kOldest = {"relay_oldest_transaction", sql::kOldestTransaction};
constexpr postgres::Statement kLockPruning = {"relay_lock_pruning", sql::kLockPruning};
constexpr postgres::Statement kPruned = {"relay_pruned", sql::kPruned};
constexpr postgres::Statement kPrune = {"relay_prune", sql::kPrune};

}  // namespace

PostgresUpkeep::PostgresUpkeep(const postgres::Database& database, const std::string& schema)
    : lock_(FeedSinkName(schema, "prune")),
      connection_(InSchema(schema, database.Worker(FeedSinkName(schema, "upkeep")))) {}

absl::StatusOr<std::vector<PostgresUpkeep::Cursor>> PostgresUpkeep::Cursors() {
  ASSIGN_OR_RETURN(const postgres::Result rows, connection_.Execute(kCursors));
  std::vector<Cursor> cursors;
  for (int i = 0; i < rows.rows(); ++i) {
    cursors.push_back({std::string(rows.Text(i, 0)), {rows.Xid8(i, 1), rows.Int8(i, 2)}});
  }
  return cursors;
}

absl::StatusOr<UpkeepStore::Backlog> PostgresUpkeep::Measure(const std::string& sink) {
  ASSIGN_OR_RETURN(const std::vector<Cursor> cursors, Cursors());
  Position at;  // a sink that never began has everything before it
  for (const Cursor& cursor : cursors) {
    if (cursor.sink == sink) at = cursor.at;
  }
  ASSIGN_OR_RETURN(const postgres::Result row,
                   connection_.Execute(kBehind, postgres::Params().Xid8(at.xid).Int8(at.position)));
  return Backlog{row.Int8(0, 0), absl::Milliseconds(std::max<std::int64_t>(row.Int8(0, 1), 0))};
}

absl::StatusOr<UpkeepStore::Transaction> PostgresUpkeep::OldestTransaction() {
  ASSIGN_OR_RETURN(const postgres::Result row, connection_.Execute(kOldest));
  if (row.rows() == 0) return Transaction();
  return Transaction{row.Int4(0, 0), absl::Milliseconds(row.Int8(0, 1))};
}

absl::StatusOr<bool> PostgresUpkeep::HoldPruningLock() {
  if (pruning_pid_ != 0 && pruning_pid_ == connection_.backend_pid()) return true;
  ASSIGN_OR_RETURN(const postgres::Result row, connection_.Execute(kLockPruning, postgres::Params().Text(lock_)));
  pruning_pid_ = row.Bool(0, 0) ? connection_.backend_pid() : 0;
  return pruning_pid_ != 0;
}

absl::StatusOr<std::int64_t> PostgresUpkeep::Prune(const std::vector<std::string>& sinks, absl::Duration retention,
                                                   int limit) {
  ASSIGN_OR_RETURN(const bool locked, HoldPruningLock());
  if (!locked) return 0;
  ASSIGN_OR_RETURN(const std::vector<Cursor> cursors, Cursors());
  const bool all_begun = std::all_of(sinks.begin(), sinks.end(), [&](const std::string& sink) {
    return std::any_of(cursors.begin(), cursors.end(), [&](const Cursor& cursor) { return cursor.sink == sink; });
  });
  if (cursors.empty() || !all_begun) return 0;
  ASSIGN_OR_RETURN(const postgres::Result pruned, connection_.Execute(kPruned));
  if (pruned.rows() == 0) return 0;
  const Position from{pruned.Xid8(0, 0), pruned.Int8(0, 1)}, slowest = cursors.front().at;
  if (slowest <= from) return 0;
  ASSIGN_OR_RETURN(const postgres::Result gone,
                   connection_.Execute(kPrune, postgres::Params()
                                                   .Xid8(from.xid)
                                                   .Int8(from.position)
                                                   .Xid8(slowest.xid)
                                                   .Int8(slowest.position)
                                                   .Int8(absl::ToInt64Milliseconds(retention))
                                                   .Int8(limit)));
  return gone.rows() == 0 ? 0 : gone.Int8(0, 0);
}

}  // namespace ordermesh::relay
