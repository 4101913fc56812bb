// Runs a transaction until it is known what became of it.
#pragma once

#include <stop_token>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/deadline.h"
#include "libs/base/metrics.h"
#include "libs/base/status.h"
#include "libs/base/timer.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/failure.h"

namespace ordermesh::postgres {

struct RepeatOptions {
  base::Deadline deadline;  // not run again behind it
  base::Timer& timer;
  bool (*decided)(const absl::Status& status);  // whether the transaction failed with an answer of its own
  base::Counter unknown_outcomes;               // attempts that were lost while they committed
};

// `attempt`, `StatusOr<T>(Connection&)`, is one transaction that may be run any number of times with the effect of one:
// it finds its own traces. It is run again at once after a conflict, and the first time that the connection is lost;
// and after a pause for as long as a commit may have happened (see Connection::OutcomeUnknown). `unknown`: it failed in
// the end, and may have been committed all the same.
template <class Attempt, class Answer = std::invoke_result_t<Attempt&, Connection&>>
Answer Repeat(Connection& connection, const RepeatOptions& options, Attempt& attempt, bool& unknown) {
  constexpr absl::Duration kPause = absl::Milliseconds(50);
  unknown = false;
  for (int failures = 1;; ++failures) {
    Answer answer = attempt(connection);
    if (answer.ok() || options.decided(answer.status())) {
      unknown = false;
      return answer;
    }
    if (connection.OutcomeUnknown()) {
      options.unknown_outcomes.Add();
      unknown = true;
    }
    const base::StoreTrouble trouble = FailureOf(answer.status()).trouble;
    const bool at_once =
        trouble == base::StoreTrouble::kConflict || (trouble == base::StoreTrouble::kUnreachable && failures == 1);
    if ((!at_once && !unknown) || options.deadline.Expired(options.timer)) return answer;
    if (!at_once) options.timer.SleepFor(kPause, std::stop_token());
  }
}

// The end of an attempt that gives `answer`: what it has left open is undone, since there was nothing to do, or nothing
// was done. A connection that failed has ended its transaction already.
template <class Answer>
Answer EndAttempt(Connection& connection, Answer answer) {
  if (!connection.OutcomeUnknown() && connection.in_transaction()) RETURN_IF_ERROR(connection.Rollback());
  return answer;
}

}  // namespace ordermesh::postgres
