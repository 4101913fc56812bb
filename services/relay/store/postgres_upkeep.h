// The upkeep of one schema's outbox in PostgreSQL, in a session of its own.
#pragma once

#include <string>
#include <vector>

#include "libs/postgres/connection.h"
#include "libs/postgres/database.h"
#include "services/relay/app/event.h"
#include "services/relay/app/upkeep_store.h"

namespace ordermesh::relay {

class PostgresUpkeep : public UpkeepStore {
 public:
  PostgresUpkeep(const postgres::Database& database, const std::string& schema);

  absl::StatusOr<Backlog> Measure(const std::string& sink) override;
  absl::StatusOr<Transaction> OldestTransaction() override;
  absl::StatusOr<std::int64_t> Prune(const std::vector<std::string>& sinks, absl::Duration retention,
                                     int limit) override;

 private:
  struct Cursor {
    std::string sink;
    Position at;
  };
  absl::StatusOr<std::vector<Cursor>> Cursors();  // the slowest first
  absl::StatusOr<bool> HoldPruningLock();

  const std::string lock_;
  postgres::Connection connection_;
  int pruning_pid_ = 0;  // the server process whose session holds the lock; 0: none
};

}  // namespace ordermesh::relay
