// Pipelines, and Rollback, which is one. In libpq's pipeline mode each step gives its result and a nullptr, in order;
// after an error the steps behind it give PGRES_PIPELINE_ABORTED, up to the sync at the end, which gives one result
// alone.
#include <libpq-fe.h>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/sqlstate.h"
#include "libs/postgres/wait.h"

namespace ordermesh::postgres {

struct Connection::Pipeline::State {
  enum class Kind { kTimeout, kBegin, kPrepare, kStatement, kCommit, kRollback };
  struct Step {
    Kind kind;
    const char* name;
  };

  explicit State(Connection& connection) : connection(connection) {}

  // Makes the connection ready before the first step. False: an error stands in `status`, nothing more is sent.
  bool Ready();
  void Command(Kind kind, const char* sql);
  void SetTimeout();
  absl::Status ReadAll(std::vector<Result>& results, WaitLimit limit);
  // A step's good result.
  void Take(const Step& step, pg_result* raw, Result result, std::vector<Result>& results);
  // The connection broke, or was given up, while the result of step `at` was awaited. `told`: the server said so
  // itself.
  absl::Status Lost(absl::Status why, std::size_t at, bool told);
  bool Has(Kind kind) const;

  Connection& connection;
  std::vector<Step> steps;
  absl::Status status;   // of sending
  absl::Status error;    // the server's first
  bool started = false;  // MakeReady was called
  bool opened = false;   // a transaction was open before
  bool finished = false;
};

bool Connection::Pipeline::State::Ready() {
  if (started) return status.ok();
  started = true;
  opened = connection.in_transaction_;
  status = connection.MakeReady();
  // Of a transaction that has failed nothing but its end is taken.
  if (status.ok() && PQtransactionStatus(connection.conn_.get()) != PQTRANS_INERROR) SetTimeout();
  return status.ok();
}

// In front of the statements, in the same round trip; and only when the session's is another.
void Connection::Pipeline::State::SetTimeout() {
  const absl::Duration wanted = connection.WantedTimeout();
  connection.limited_ = wanted != connection.options_.statement_timeout;
  if (connection.timeout_ == wanted) return;
  connection.timeout_ = wanted;
  connection.timeout_was_set_ = true;
  steps.push_back({Kind::kTimeout, "SET statement_timeout"});
  status = connection.SendCommand(absl::StrCat("SET statement_timeout = ", absl::ToInt64Milliseconds(wanted)).c_str());
}

void Connection::Pipeline::State::Command(Kind kind, const char* sql) {
  if (!Ready()) return;
  steps.push_back({kind, sql});
  status = connection.SendCommand(sql);
}

bool Connection::Pipeline::State::Has(Kind kind) const {
  for (const Step& step : steps) {
    if (step.kind == kind) return true;
  }
  return false;
}

absl::Status Connection::Pipeline::State::Lost(absl::Status why, std::size_t at, bool told) {
  // Without BEGIN the sync at the end commits; that of a transaction is its own step.
  const bool implicit = !opened && !Has(Kind::kBegin);
  std::size_t commit = implicit ? steps.size() : steps.size() + 1;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind == Kind::kCommit) commit = i;
  }
  const bool sent = commit <= steps.size();
  // The server answers in order: what it refused, or ended the session over, before the commit, was not committed.
  const bool refused = !error.ok() || (told && at < commit);
  connection.Reset();
  // Also where the commit itself was answered: it happened, and the caller hears of a failure.
  connection.outcome_unknown_ = sent && !refused;
  if (absl::IsDeadlineExceeded(why) && !told) {
    return absl::UnavailableError(
        absl::StrCat("database: no answer within ", absl::FormatDuration(connection.CallLimit())));
  }
  return why;
}

absl::Status Connection::Pipeline::State::ReadAll(std::vector<Result>& results, WaitLimit limit) {
  bool sync_failed = false;
  for (std::size_t at = 0;;) {
    absl::StatusOr<pg_result*> next = NextResult(connection.conn_.get(), limit);
    if (!next.ok()) return Lost(next.status(), at, /*told=*/false);
    if (*next == nullptr) {
      if (at < steps.size()) {
        ++at;  // The end of a step.
        continue;
      }
      // The sync itself failed, which ends like a step; its own result is still to come.
      if (!error.ok() && !sync_failed) {
        sync_failed = true;
        continue;
      }
      return Lost(absl::UnavailableError("database: results ended early"), at, false);
    }
    Result result(*next);
    const ExecStatusType kind = PQresultStatus(*next);
    if (kind == PGRES_PIPELINE_SYNC) {
      if (at == steps.size()) return absl::OkStatus();
      return Lost(absl::InternalError("database: a pipeline ended early"), at, false);
    }
    if (kind == PGRES_COMMAND_OK || kind == PGRES_TUPLES_OK || kind == PGRES_EMPTY_QUERY) {
      if (at < steps.size()) Take(steps[at], *next, std::move(result), results);
      continue;
    }
    if (kind == PGRES_PIPELINE_ABORTED) continue;
    // Also behind the last step: a deferred constraint is checked by the sync.
    const char* const what = at < steps.size() ? steps[at].name : "commit";
    absl::Status failed = ErrorOf(*next, what);
    // The timeout that LimitTo made shorter, not the session's own: it says nothing of the statement.
    if (connection.limited_ && IsStatementTimeout(failed)) {
      failed = absl::DeadlineExceededError(absl::StrCat("database: ", what, ": its caller's time has passed"));
    }
    if (IsFatal(*next) || PQstatus(connection.conn_.get()) != CONNECTION_OK) {
      const bool told = !SqlState(failed).empty();
      return Lost(std::move(failed), at, told);
    }
    if (error.ok()) error = std::move(failed);
  }
}

void Connection::Pipeline::State::Take(const Step& step, pg_result* raw, Result result, std::vector<Result>& results) {
  if (step.kind == Kind::kPrepare) connection.prepared_[step.name].confirmed = true;
  if (step.kind == Kind::kStatement) results.push_back(std::move(result));
  // COMMIT of a transaction that had failed is no error to PostgreSQL; it answers ROLLBACK.
  if (step.kind == Kind::kCommit && absl::string_view(PQcmdStatus(raw)) != "COMMIT" && error.ok()) {
    error = absl::AbortedError("database: commit: the transaction had failed and was rolled back");
  }
}

Connection::Pipeline::Pipeline(Connection& connection) : state_(std::make_unique<State>(connection)) {}

Connection::Pipeline::~Pipeline() {
  // Left without Finish: results are under way that nobody will read.
  if (!state_->finished && !state_->steps.empty()) state_->connection.Reset();
}

void Connection::Pipeline::Begin() {
  if (!state_->Ready()) return;
  if (state_->opened || state_->Has(State::Kind::kBegin)) {
    state_->status = absl::InternalError("database: begin: a transaction is open");
    return;
  }
  state_->Command(State::Kind::kBegin, "BEGIN ISOLATION LEVEL READ COMMITTED");
}

void Connection::Pipeline::Commit() {
  if (!state_->Ready()) return;
  if (!state_->opened && !state_->Has(State::Kind::kBegin)) {
    state_->status = absl::InternalError("database: commit: no transaction is open");
    return;
  }
  state_->Command(State::Kind::kCommit, "COMMIT");
}

void Connection::Pipeline::Send(const Statement& statement, const Params& params) {
  if (!state_->Ready()) return;
  bool added = false;
  state_->status = state_->connection.Prepare(statement, params, added);
  if (added) state_->steps.push_back({State::Kind::kPrepare, statement.name});
  if (!state_->status.ok()) return;
  state_->steps.push_back({State::Kind::kStatement, statement.name});
  state_->status = state_->connection.SendStatement(statement, params);
}

absl::StatusOr<std::vector<Result>> Connection::Pipeline::Finish() {
  State& state = *state_;
  Connection& connection = state.connection;
  state.finished = true;
  std::vector<Result> results;
  if (!state.started) return results;
  if (!state.status.ok()) {
    // Part of it may be with the server, which waits for the rest: nothing of it is ever committed.
    if (!state.steps.empty()) connection.Reset();
    connection.Recover(state.status);
    return state.status;
  }
  const WaitLimit limit(connection.CallLimit());
  pg_conn* conn = connection.conn_.get();
  if (PQpipelineSync(conn) == 0) return state.Lost(ConnectionError(conn, "send"), 0, false);
  // A connection that breaks here may still hold answers, the reason among them; reading gives them, then the loss.
  if (absl::Status flushed = FlushOutput(conn, limit); absl::IsDeadlineExceeded(flushed)) {
    return state.Lost(std::move(flushed), 0, false);
  }
  RETURN_IF_ERROR(state.ReadAll(results, limit));
  connection.in_transaction_ = PQtransactionStatus(conn) != PQTRANS_IDLE;
  if (state.error.ok()) return results;
  connection.ForgetTimeout();
  absl::erase_if(connection.prepared_, [](const auto& entry) { return !entry.second.confirmed; });
  connection.Recover(state.error);
  return state.error;
}

absl::Status Connection::Rollback() {
  if (!in_transaction_) return absl::OkStatus();
  Pipeline pipeline(*this);
  pipeline.state_->Command(Pipeline::State::Kind::kRollback, "ROLLBACK");
  absl::Status status = pipeline.Finish().status();
  ForgetTimeout();
  return status;
}

}  // namespace ordermesh::postgres
