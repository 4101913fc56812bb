#include "libs/postgres/connection.h"

#include <libpq-fe.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/base/timer.h"
#include "libs/postgres/conninfo.h"
#include "libs/postgres/sqlstate.h"
#include "libs/postgres/wait.h"

namespace ordermesh::postgres {
namespace {

constexpr int kBinary = 1;

// A zero duration switches the limit off, as in PostgreSQL.
std::string Setting(absl::string_view name, absl::Duration value) {
  return absl::StrCat("SET ", name, " = ", absl::ToInt64Milliseconds(value), "; ");
}

constexpr absl::Duration kShortestTimeout = absl::Milliseconds(1);  // 0 would be none
// A new session serves others, too: it gets so much time even when its first caller has less.
constexpr absl::Duration kLeastConnect = absl::Seconds(1);

// Which line of `sql` the error points at, for texts of many statements.
std::string LineOf(const PGresult* result, absl::string_view sql) {
  const char* position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  int characters = 0;
  if (position == nullptr || !absl::SimpleAtoi(position, &characters)) return "";
  int line = 1;
  for (char byte : sql) {
    if ((static_cast<unsigned char>(byte) & 0xC0) == 0x80) continue;  // Positions count characters, not bytes.
    if (--characters <= 0) break;
    if (byte == '\n') ++line;
  }
  return absl::StrCat(" at line ", line);
}

}  // namespace

void Connection::Close::operator()(pg_conn* conn) const { PQfinish(conn); }

Connection::Connection(ConnectionOptions options) : options_(std::move(options)) {}
Connection::~Connection() = default;

bool Connection::connected() const { return conn_ != nullptr && PQstatus(conn_.get()) == CONNECTION_OK; }

int Connection::backend_pid() const { return connected() ? PQbackendPID(conn_.get()) : 0; }

int Connection::socket() const { return connected() ? PQsocket(conn_.get()) : -1; }

void Connection::Reset() {
  conn_.reset();
  prepared_.clear();
  in_transaction_ = false;
  timeout_ = options_.statement_timeout;
  timeout_was_set_ = false;
}

void Connection::LimitTo(absl::Duration left) { end_ = base::Deadline::In(left, base::SystemTimer()); }

absl::Duration Connection::Left() const { return end_.Remaining(base::SystemTimer()); }

absl::Duration Connection::WantedTimeout() const {
  const absl::Duration left = Left(), most = options_.statement_timeout;
  if (left == absl::InfiniteDuration() || (most != absl::ZeroDuration() && left >= most)) return most;
  return std::max(kShortestTimeout, absl::Trunc(left, absl::Milliseconds(1)));
}

void Connection::ForgetTimeout() {
  if (timeout_was_set_) timeout_.reset();
}

absl::Duration Connection::CallLimit() const {
  const absl::Duration session =
      options_.statement_timeout == absl::ZeroDuration() ? absl::InfiniteDuration() : options_.statement_timeout;
  return std::min(session, Left()) + options_.answer_margin;
}

absl::Status Connection::Connect() {
  if (connected()) return absl::OkStatus();
  Reset();
  // What stands before the URL can be overridden by it. A dead peer is noticed within about ten seconds.
  const char* names[] = {"keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
                         "dbname",          "application_name",    "client_encoding",  nullptr};
  const char* values[] = {"4",    "2",    "3", "10000", options_.url.c_str(), options_.application_name.c_str(),
                          "UTF8", nullptr};
  conn_.reset(PQconnectStartParams(names, values, /*expand_dbname=*/1));
  if (conn_ == nullptr) return absl::ResourceExhaustedError("database: out of memory");
  // Never in libpq's words: they quote the string, in which a password may stand.
  if (PQstatus(conn_.get()) == CONNECTION_BAD && !DescribeTarget(options_.url).ok()) {
    Reset();
    return absl::FailedPreconditionError("database: connect: the connection string can't be read");
  }
  const absl::Duration limit = std::min(options_.connect_timeout, std::max(Left(), kLeastConnect));
  absl::Status status = PQstatus(conn_.get()) == CONNECTION_BAD ? ConnectionError(conn_.get(), "connect")
                                                                : FinishConnecting(conn_.get(), WaitLimit(limit));
  if (absl::IsDeadlineExceeded(status)) {
    status = absl::UnavailableError(absl::StrCat("database: connect: no answer within ", absl::FormatDuration(limit)));
  }
  if (status.ok()) {
    PQsetNoticeProcessor(
        conn_.get(), [](void*, const char*) {}, nullptr);
    PQsetnonblocking(conn_.get(), 1);
    status = RunSimple(absl::StrCat(
        Setting("client_connection_check_interval", options_.client_check_interval),
        Setting("statement_timeout", options_.statement_timeout), Setting("lock_timeout", options_.lock_timeout),
        Setting("idle_in_transaction_session_timeout", options_.idle_in_transaction_timeout),
        Setting("idle_session_timeout", options_.idle_session_timeout), options_.session_sql));
  }
  if (status.ok() && PQenterPipelineMode(conn_.get()) == 0) status = ConnectionError(conn_.get(), "connect");
  outcome_unknown_ = false;
  if (!status.ok()) Reset();
  return status;
}

absl::Status Connection::MakeReady() {
  outcome_unknown_ = false;
  if (conn_ != nullptr && ClosedByServer(conn_.get())) {
    const bool lost_transaction = in_transaction_;
    const absl::Status error = ConnectionError(conn_.get(), "the open transaction was lost with its session");
    Reset();
    if (lost_transaction) return error;
  }
  return Connect();
}

absl::Status Connection::Prepare(const Statement& statement, const Params& params, bool& added) {
  auto [it, is_new] = prepared_.try_emplace(statement.name);
  Prepared& prepared = it->second;
  added = is_new;
  if (is_new) {
    prepared.sql = statement.sql;
    prepared.types = params.types_;
    if (PQsendPrepare(conn_.get(), statement.name, statement.sql, params.size(), params.types_.data()) == 0) {
      return ConnectionError(conn_.get(), statement.name);
    }
    return absl::OkStatus();
  }
  if (prepared.sql != statement.sql) {
    return absl::InternalError(absl::StrCat("database: two statements are named ", statement.name));
  }
  if (prepared.types != params.types_) {
    return absl::InternalError(absl::StrCat("database: ", statement.name, " was prepared for other parameter types"));
  }
  return absl::OkStatus();
}

absl::Status Connection::SendStatement(const Statement& statement, const Params& params) {
  const int count = params.size();
  std::vector<const char*> values(count);
  const std::vector<int> formats(count, kBinary);
  for (int i = 0; i < count; ++i) {
    values[i] = params.lengths_[i] < 0 ? nullptr : params.bytes_.data() + params.offsets_[i];
  }
  if (PQsendQueryPrepared(conn_.get(), statement.name, count, values.data(), params.lengths_.data(), formats.data(),
                          kBinary) == 0) {
    return ConnectionError(conn_.get(), statement.name);
  }
  return absl::OkStatus();
}

absl::Status Connection::SendCommand(const char* sql) {
  if (PQsendQueryParams(conn_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, kBinary) == 0) {
    return ConnectionError(conn_.get(), sql);
  }
  return absl::OkStatus();
}

absl::Status Connection::RunSimple(absl::string_view sql) {
  const std::string text(sql);
  const WaitLimit limit(CallLimit());
  outcome_unknown_ = true;  // Until the end is seen.
  if (PQsendQuery(conn_.get(), text.c_str()) == 0) return ConnectionError(conn_.get(), "send");
  RETURN_IF_ERROR(FlushOutput(conn_.get(), limit));
  absl::Status first;
  for (;;) {
    absl::StatusOr<pg_result*> next = NextResult(conn_.get(), limit);
    if (!next.ok()) return next.status();
    if (*next == nullptr) break;
    const Result result(*next);
    switch (PQresultStatus(*next)) {
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
      case PGRES_EMPTY_QUERY:
        break;
      case PGRES_COPY_IN:
      case PGRES_COPY_OUT:
      case PGRES_COPY_BOTH:
        Reset();
        return absl::InternalError("database: COPY is not for Run");
      default:
        if (first.ok()) first = ErrorOf(*next, absl::StrCat("SQL", LineOf(*next, text)));
    }
    if (PQstatus(conn_.get()) != CONNECTION_OK) return first.ok() ? ConnectionError(conn_.get(), "lost") : first;
  }
  outcome_unknown_ = false;
  in_transaction_ = PQtransactionStatus(conn_.get()) != PQTRANS_IDLE;
  return first;
}

absl::Status Connection::Run(absl::string_view sql) {
  RETURN_IF_ERROR(MakeReady());
  PQexitPipelineMode(conn_.get());
  absl::Status status = RunSimple(sql);
  if (!status.ok()) {
    if (outcome_unknown_) Reset();
    if (absl::IsDeadlineExceeded(status) && outcome_unknown_) status = absl::UnavailableError(status.message());
  }
  if (connected() && PQenterPipelineMode(conn_.get()) == 0) Reset();
  if (!status.ok()) Recover(status);
  return status;
}

void Connection::Recover(const absl::Status& error) {
  if (connected() && in_transaction_) {
    Rollback().IgnoreError();  // The first error is what counts; a session that can't even do this is dropped.
    if (in_transaction_) Reset();
  }
  if (SpoilsSession(SqlState(error))) Reset();
}

absl::StatusOr<Result> Connection::Execute(const Statement& statement, const Params& params) {
  Pipeline pipeline(*this);
  pipeline.Send(statement, params);
  ASSIGN_OR_RETURN(std::vector<Result> results, pipeline.Finish());
  return std::move(results.front());
}

absl::Status Connection::Begin() {
  Pipeline pipeline(*this);
  pipeline.Begin();
  return pipeline.Finish().status();
}

absl::Status Connection::Commit() {
  Pipeline pipeline(*this);
  pipeline.Commit();
  return pipeline.Finish().status();
}

}  // namespace ordermesh::postgres
