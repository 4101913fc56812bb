// What libpq's non-blocking mode leaves to its caller: waiting, with an end.
#pragma once

#include <chrono>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct pg_conn;
struct pg_result;

namespace ordermesh::postgres {

// When a wait ends in any case. Steady: it does not jump with the wall clock.
class WaitLimit {
 public:
  // Infinite: no limit.
  explicit WaitLimit(absl::Duration timeout);
  // For poll: at least 0, rounded up; -1 when there is no limit.
  int PollMilliseconds() const;

 private:
  std::chrono::steady_clock::time_point end_;
};

// What stops a wait. kDeadlineExceeded: the limit was reached; the connection is in the middle of something and of no
// more use. kUnavailable: the connection is lost.
absl::Status FinishConnecting(pg_conn* conn, WaitLimit limit);
absl::Status FlushOutput(pg_conn* conn, WaitLimit limit);
// The next result, which the caller frees, or nullptr as PQgetResult gives it. A lost connection is a result too: libpq
// gives what had arrived, then an error.
absl::StatusOr<pg_result*> NextResult(pg_conn* conn, WaitLimit limit);

// Looks, without waiting, whether the server has closed an idle connection.
bool ClosedByServer(pg_conn* conn);

}  // namespace ordermesh::postgres
