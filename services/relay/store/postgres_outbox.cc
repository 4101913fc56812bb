#include "services/relay/store/postgres_outbox.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/relay/sql.h"

namespace ordermesh::relay {
namespace {

constexpr postgres::Statement kTryLock = {"relay_try_lock", sql::kTryLock};
constexpr postgres::Statement kInsertCursor = {"relay_insert_cursor", sql::kInsertCursor};
constexpr postgres::Statement kLoadCursors = {"relay_load_cursors", sql::kLoadCursors};
constexpr postgres::Statement kReadOutbox = {"relay_read_outbox", sql::kReadOutbox};
constexpr postgres::Statement kAdvanceCursor = {"relay_advance_cursor", sql::kAdvanceCursor};
constexpr postgres::Statement kBury = {"relay_bury", sql::kBury};
constexpr postgres::Statement kHeartbeat = {"relay_heartbeat", sql::kHeartbeat};

// A relay whose machine is gone must not keep its lock: the server asks, and gives up after about ten seconds.
constexpr char kNoticeLostClients[] =
    "SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; "
    "SET tcp_user_timeout = 10000";

// The cursor in this row, if it and the events are of this database system's past.
absl::StatusOr<Position> CursorOf(const postgres::Result& rows, int row) {
  const std::string name = FeedSinkName(std::string(rows.Text(row, 7)), std::string(rows.Text(row, 0)));
  const Position cursor{rows.Xid8(row, 1), rows.Int8(row, 2)};
  const std::int64_t made_in = rows.Int8(row, 3), here = rows.Int8(row, 4);
  const std::uint64_t next_xid = rows.Xid8(row, 5), event_ahead = rows.Xid8(row, 6);
  if (made_in != here) {
    return absl::FailedPreconditionError(
        absl::StrCat("outbox: the cursor of ", name, " was made in database system ", made_in, ", this is ", here,
                     ": the database was restored or replaced; see docs/runbooks/restore.md"));
  }
  if (const std::uint64_t ahead = std::max(cursor.xid, event_ahead); ahead >= next_xid) {
    return absl::FailedPreconditionError(absl::StrCat(
        "outbox: ", ahead == cursor.xid ? absl::StrCat("the cursor of ", name) : "an event", " stands at transaction ",
        ahead, ", the database's next is ", next_xid, ": the database was restored; see docs/runbooks/restore.md"));
  }
  return cursor;
}

void AddSql(postgres::ConnectionOptions& session, absl::string_view sql) {
  absl::StrAppend(&session.session_sql, session.session_sql.empty() ? "" : "; ", sql);
}

postgres::ConnectionOptions LockingSession(postgres::ConnectionOptions session, absl::Duration idle_session_timeout) {
  session.idle_session_timeout = idle_session_timeout;
  AddSql(session, kNoticeLostClients);
  return session;
}

absl::Status NoLongerActive(const std::string& name) {
  return absl::AbortedError(absl::StrCat("outbox: this relay is no longer the active one for ", name));
}

}  // namespace

postgres::ConnectionOptions InSchema(const std::string& schema, postgres::ConnectionOptions session) {
  AddSql(session, absl::StrCat("SET search_path = ", schema));
  return session;
}

PostgresOutbox::PostgresOutbox(const postgres::Database& database, const std::string& schema, std::string sink,
                               absl::Duration idle_session_timeout)
    : name_(FeedSinkName(schema, sink)),
      sink_(std::move(sink)),
      connection_(InSchema(schema, LockingSession(database.Worker(name_), idle_session_timeout))) {}

absl::StatusOr<postgres::Result> PostgresOutbox::Execute(const postgres::Statement& statement,
                                                         const postgres::Params& params) {
  if (locked_pid_ == 0) return NoLongerActive(name_);
  absl::StatusOr<postgres::Result> result = connection_.Execute(statement, params);
  if (!result.ok()) return base::Annotate(result.status(), "outbox");
  // The connection mends itself, but a new session holds no lock.
  if (connection_.backend_pid() != locked_pid_) return NoLongerActive(name_);
  return result;
}

absl::StatusOr<bool> PostgresOutbox::TryLock() {
  absl::StatusOr<postgres::Result> result = connection_.Execute(kTryLock, postgres::Params().Text(name_));
  if (!result.ok()) return base::Annotate(result.status(), "outbox");
  if (!result->Bool(0, 0)) return false;
  locked_pid_ = result->Int4(0, 1);
  return true;
}

void PostgresOutbox::Release() {
  locked_pid_ = 0;
  connection_.Reset();
}

absl::StatusOr<Position> PostgresOutbox::LoadCursor() {
  RETURN_IF_ERROR(Execute(kInsertCursor, postgres::Params().Text(sink_)).status());
  ASSIGN_OR_RETURN(const postgres::Result rows, Execute(kLoadCursors));
  for (int i = 0; i < rows.rows(); ++i) {
    if (rows.Text(i, 0) == sink_) return CursorOf(rows, i);
  }
  return absl::InternalError(absl::StrCat("outbox: no cursor for ", sink_));
}

absl::StatusOr<std::vector<Event>> PostgresOutbox::Read(Position after, const ReadLimits& limits) {
  ASSIGN_OR_RETURN(const postgres::Result rows,
                   Execute(kReadOutbox, postgres::Params()
                                            .Xid8(after.xid)
                                            .Int8(after.position)
                                            .Int8(limits.events)
                                            .Int8(static_cast<std::int64_t>(limits.bytes))));
  std::vector<Event> events(static_cast<std::size_t>(rows.rows()));
  for (int i = 0; i < rows.rows(); ++i) {
    Event& event = events[static_cast<std::size_t>(i)];
    event.at = {rows.Xid8(i, 0), rows.Int8(i, 1)};
    event.id = rows.Uuid(i, 2);
    event.subject = std::string(rows.Text(i, 3));
    event.type = std::string(rows.Text(i, 4));
    event.payload = std::string(rows.Text(i, 5));
    event.headers = std::string(rows.Text(i, 6));
    event.created_at = rows.Timestamp(i, 7);
  }
  return events;
}

absl::Status PostgresOutbox::Advance(Position from, Position to) {
  ASSIGN_OR_RETURN(const postgres::Result result, Execute(kAdvanceCursor, postgres::Params()
                                                                              .Text(sink_)
                                                                              .Xid8(from.xid)
                                                                              .Int8(from.position)
                                                                              .Xid8(to.xid)
                                                                              .Int8(to.position)
                                                                              .Int4(locked_pid_)));
  return result.affected() == 1 ? absl::OkStatus() : NoLongerActive(name_);
}

absl::Status PostgresOutbox::Bury(const Event& event, const std::string& reason) {
  ASSIGN_OR_RETURN(
      const postgres::Result buried,
      Execute(kBury, postgres::Params().Text(sink_).Xid8(event.at.xid).Int8(event.at.position).Text(reason)));
  if (buried.Bool(0, 0)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("outbox: event ", event.id.ToString(), " is gone, and can't be buried"));
}

absl::Status CheckCursors(postgres::Connection& connection) {
  ASSIGN_OR_RETURN(const postgres::Result rows, connection.Execute(kLoadCursors));
  for (int i = 0; i < rows.rows(); ++i) RETURN_IF_ERROR(CursorOf(rows, i).status());
  return absl::OkStatus();
}

absl::Status PostgresOutbox::Heartbeat() { return Execute(kHeartbeat).status(); }

}  // namespace ordermesh::relay
