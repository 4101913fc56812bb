#include "libs/postgres/wait.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "libs/postgres/sqlstate.h"

namespace ordermesh::postgres {
namespace {

using Steady = std::chrono::steady_clock;

// Which of `events` are there; 0: none in time.
absl::StatusOr<short> Poll(pg_conn* conn, short events, WaitLimit limit) {
  for (;;) {
    pollfd entry{PQsocket(conn), events, 0};
    if (entry.fd < 0) return ConnectionError(conn, "lost");
    const int ready = poll(&entry, 1, limit.PollMilliseconds());
    if (ready >= 0) return entry.revents;
    if (errno != EINTR) return absl::UnavailableError("database: poll failed");
  }
}

absl::Status TooLate() { return absl::DeadlineExceededError("database: no answer in time"); }

}  // namespace

WaitLimit::WaitLimit(absl::Duration timeout)
    : end_(timeout == absl::InfiniteDuration() ? Steady::time_point::max()
                                               : Steady::now() + absl::ToChronoMicroseconds(timeout)) {}

int WaitLimit::PollMilliseconds() const {
  if (end_ == Steady::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end_ - Steady::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

absl::Status FinishConnecting(pg_conn* conn, WaitLimit limit) {
  // As if PQconnectPoll had said so: libpq asks to wait for writing first.
  for (PostgresPollingStatusType next = PGRES_POLLING_WRITING; next != PGRES_POLLING_OK; next = PQconnectPoll(conn)) {
    if (next == PGRES_POLLING_FAILED) return ConnectionError(conn, "connect");
    const absl::StatusOr<short> ready = Poll(conn, next == PGRES_POLLING_READING ? POLLIN : POLLOUT, limit);
    if (!ready.ok()) return ready.status();
    if (*ready == 0) return TooLate();
  }
  return absl::OkStatus();
}

absl::Status FlushOutput(pg_conn* conn, WaitLimit limit) {
  for (;;) {
    const int left = PQflush(conn);
    if (left == 0) return absl::OkStatus();
    if (left < 0) return ConnectionError(conn, "send");
    // The server may be waiting for us to take results before it reads on.
    const absl::StatusOr<short> ready = Poll(conn, POLLIN | POLLOUT, limit);
    if (!ready.ok()) return ready.status();
    if (*ready == 0) return TooLate();
    if ((*ready & POLLOUT) == 0 && PQconsumeInput(conn) == 0) return ConnectionError(conn, "send");
    if ((*ready & POLLIN) != 0 && PQconsumeInput(conn) == 0) return ConnectionError(conn, "send");
  }
}

absl::StatusOr<pg_result*> NextResult(pg_conn* conn, WaitLimit limit) {
  while (PQisBusy(conn) != 0) {
    const absl::StatusOr<short> ready = Poll(conn, POLLIN, limit);
    if (!ready.ok()) break;
    if (*ready == 0) return TooLate();
    if (PQconsumeInput(conn) == 0) break;
  }
  return PQgetResult(conn);
}

bool ClosedByServer(pg_conn* conn) {
  // A last message, then the end: two looks, rarely three.
  for (int look = 0; look < 4; ++look) {
    const absl::StatusOr<short> ready = Poll(conn, POLLIN, WaitLimit(absl::ZeroDuration()));
    if (!ready.ok()) return true;
    if (*ready == 0) break;
    if (PQconsumeInput(conn) == 0) return true;
    PQisBusy(conn);  // Takes what has come out of the buffer: a notice, a changed setting.
  }
  return PQstatus(conn) != CONNECTION_OK;
}

}  // namespace ordermesh::postgres
