// The outbox in PostgreSQL.
#pragma once

#include <string>
#include <vector>

#include "libs/postgres/connection.h"
#include "services/relay/app/outbox_store.h"

namespace ordermesh::relay {

class PostgresOutbox : public OutboxStore {
 public:
  // One session, for one sink. A server that hears nothing of it for `idle_session_timeout` ends it, and so gives the
  // lock to a standby.
  PostgresOutbox(std::string url, std::string sink, absl::Duration idle_session_timeout = absl::Seconds(10));

  absl::StatusOr<bool> TryLock() override;
  void Release() override;
  absl::StatusOr<Position> LoadCursor() override;
  absl::StatusOr<std::vector<Event>> Read(Position after, const ReadLimits& limits) override;
  absl::Status Advance(Position from, Position to) override;
  absl::Status Bury(const Event& event, const std::string& reason) override;
  absl::Status Heartbeat() override;

 private:
  absl::StatusOr<postgres::Result> Execute(const postgres::Statement& statement, const postgres::Params& params = {});

  const std::string sink_;
  postgres::Connection connection_;
  int locked_pid_ = 0;  // the server process whose session holds the lock; 0: none
};

// Whether every sink's cursor is of this database, as LoadCursor asks of one; needs no lock.
absl::Status CheckCursors(postgres::Connection& connection);

}  // namespace ordermesh::relay
