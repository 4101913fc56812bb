// One session of PostgreSQL: prepared statements, transactions, pipelines. A thin layer over libpq.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/deadline.h"
#include "libs/postgres/params.h"
#include "libs/postgres/result.h"

struct pg_conn;

namespace ordermesh::postgres {

struct ConnectionOptions {
  std::string url;               // libpq's connection string or URL
  std::string application_name;  // seen in pg_stat_activity
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration statement_timeout = absl::Seconds(10);
  absl::Duration lock_timeout = absl::Milliseconds(200);
  absl::Duration idle_in_transaction_timeout = absl::Seconds(10);
  absl::Duration idle_session_timeout = absl::ZeroDuration();  // 0: none
  // How soon the server notices, while it works, that we are gone.
  absl::Duration client_check_interval = absl::Seconds(2);
  // No call takes longer than the statement's timeout and this: a server that hangs, or is cut off, can't hold a
  // thread. The connection is dropped then. No statement_timeout (zero), no limit.
  absl::Duration answer_margin = absl::Seconds(1);
  // More of the session's settings, as SQL: "SET enable_seqscan = off".
  std::string session_sql;
};

// A statement with a name: prepared at its first use on each connection, for the types of its first parameters. One
// name has one SQL text, which lives for ever.
struct Statement {
  const char* name;
  const char* sql;
};

// Not thread-safe: it belongs to one thread at a time.
//
// Errors are statuses whose code says what the caller should do, and which carry the SQLSTATE (see SqlState):
//   kUnavailable        no connection, or it was lost. After a lost one OutcomeUnknown() tells whether
//                       the last commit may have happened. Also what a new session cures: the server became a standby,
//                       or a migration outdated our plans
//   kAborted            deadlock (40P01), serialization failure (40001), lock not available (55P03): run again
//   kDeadlineExceeded   statement_timeout (57014); without a SQLSTATE: the time of LimitTo has passed
//   kInvalidArgument    the data is refused: classes 22, 23 and 54
//   kResourceExhausted  disk full, too many connections: class 53
//   kPermissionDenied   42501
//   kFailedPrecondition the URL can't be read: trying again is of no use
//   kInternal           anything else: our SQL is wrong
// After any error an open transaction has been rolled back: in_transaction() is false.
class Connection {
 public:
  // Does not connect yet: Connect does, and every call does it when it must.
  explicit Connection(ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Connects when not connected, within connect_timeout. Sets the session's limits.
  absl::Status Connect();
  // Drops the session; the next call connects anew.
  void Reset();
  bool connected() const;

  // What follows, up to the next LimitTo, is worth nothing after `left`: a statement that may last beyond that gets a
  // shorter timeout, which travels with it and costs no round trip, and answer_margin counts from there. An
  // InfiniteDuration, as at first: the session's own limits alone.
  void LimitTo(absl::Duration left);

  // One statement in its own transaction, or within the one that Begin opened.
  absl::StatusOr<Result> Execute(const Statement& statement, const Params& params = {});
  // SQL text without parameters, any number of statements: for migrations and session control.
  absl::Status Run(absl::string_view sql);

  absl::Status Begin();  // READ COMMITTED, explicitly
  absl::Status Commit();
  absl::Status Rollback();  // nothing happens when no transaction is open
  bool in_transaction() const { return in_transaction_; }

  // Statements that travel together, in one round trip: Send each, then Finish once; Finish must be called. They are
  // one transaction, also without Begin and Commit.
  //   Begin is a statement too: pipeline.Begin(); pipeline.Send(…); pipeline.Finish()
  class Pipeline {
   public:
    explicit Pipeline(Connection& connection);
    ~Pipeline();
    void Begin();
    void Send(const Statement& statement, const Params& params = {});
    void Commit();
    // Waits for all. Results in the order of Send (Begin and Commit give none), or the first error; after one, the
    // statements behind it did not run, and an open transaction has been rolled back.
    absl::StatusOr<std::vector<Result>> Finish();

   private:
    friend class Connection;  // Rollback is a pipeline too.
    struct State;
    std::unique_ptr<State> state_;
  };

  // After kUnavailable: the connection broke while a commit was under way (that of a transaction, or of statements
  // outside one) or just behind it, so it may have happened.
  bool OutcomeUnknown() const { return outcome_unknown_; }

  int backend_pid() const;  // 0 when not connected
  // The socket, for poll; -1 when not connected.
  int socket() const;

 private:
  struct Close {
    void operator()(pg_conn* conn) const;
  };
  struct Prepared {
    std::string sql;
    std::vector<std::uint32_t> types;
    bool confirmed = false;
  };

  // Connects, or connects anew when the server has closed an idle session. kUnavailable: it can't, or the transaction
  // that was open is lost.
  absl::Status MakeReady();
  absl::Duration CallLimit() const;
  absl::Duration Left() const;  // until the end of LimitTo
  // What the next statement's timeout should be; that of the session, unless less is left.
  absl::Duration WantedTimeout() const;
  // After an error or a rollback, which may have undone a SET.
  void ForgetTimeout();
  // Queues the preparation of `statement` when the session doesn't know it. `added`: it did so.
  absl::Status Prepare(const Statement& statement, const Params& params, bool& added);
  absl::Status SendStatement(const Statement& statement, const Params& params);
  absl::Status SendCommand(const char* sql);
  absl::Status RunSimple(absl::string_view sql);
  // After an error: ends what is open, and drops a session that is of no more use.
  void Recover(const absl::Status& error);

  const ConnectionOptions options_;
  std::unique_ptr<pg_conn, Close> conn_;
  absl::flat_hash_map<std::string, Prepared> prepared_;
  bool in_transaction_ = false;
  bool outcome_unknown_ = false;
  base::Deadline end_ = base::Deadline::Never();  // of LimitTo
  // The session's statement_timeout as it stands now; nothing: not known.
  std::optional<absl::Duration> timeout_;
  bool timeout_was_set_ = false;  // in this session, since it began
  bool limited_ = false;          // the last statements got less
};

// The five characters of the SQLSTATE that a status carries; empty when it has none.
std::string SqlState(const absl::Status& status);
// Whether statement_timeout ended it (57014).
bool IsStatementTimeout(const absl::Status& status);

}  // namespace ordermesh::postgres
