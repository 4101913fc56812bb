// An outbox in PostgreSQL: the tables outbox, outbox_cursor, outbox_pruned and outbox_dead of one schema. The
// statements name no schema; each session looks in its own.
#pragma once

#include <string>
#include <vector>

#include "libs/postgres/connection.h"
#include "libs/postgres/database.h"
#include "services/relay/app/outbox_store.h"

namespace ordermesh::relay {

class PostgresOutbox : public OutboxStore {
 public:
  // One session, for the outbox of `schema` and one sink. A server that hears nothing of it for `idle_session_timeout`
  // ends it, and so gives the lock to a standby.
  PostgresOutbox(const postgres::Database& database, const std::string& schema, std::string sink,
                 absl::Duration idle_session_timeout = absl::Seconds(10));

  absl::StatusOr<bool> TryLock() override;
  void Release() override;
  absl::StatusOr<Position> LoadCursor() override;
  absl::StatusOr<std::vector<Event>> Read(Position after, const ReadLimits& limits) override;
  absl::Status Advance(Position from, Position to) override;
  absl::Status Bury(const Event& event, const std::string& reason) override;
  absl::Status Heartbeat() override;

 private:
  absl::StatusOr<postgres::Result> Execute(const postgres::Statement& statement, const postgres::Params& params = {});

  const std::string name_, sink_;
  postgres::Connection connection_;
  int locked_pid_ = 0;  // the server process whose session holds the lock; 0: none
};

// The session whose statements mean the outbox of `schema`: one of our own names, never input.
postgres::ConnectionOptions InSchema(const std::string& schema, postgres::ConnectionOptions session);

// Whether every sink's cursor is of this database, as LoadCursor asks of one; needs no lock. `connection`: InSchema.
absl::Status CheckCursors(postgres::Connection& connection);

}  // namespace ordermesh::relay
