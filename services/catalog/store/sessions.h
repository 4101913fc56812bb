// The database sessions of the catalogue's stores: some read, others change.
#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "libs/aio/task.h"
#include "libs/api/store_refusal.h"
#include "libs/base/deadline.h"
#include "libs/base/timer.h"
#include "libs/postgres/database.h"
#include "libs/postgres/failure.h"
#include "libs/postgres/pool.h"
#include "libs/postgres/repeat.h"

namespace ordermesh::catalog {

// Thread-safe. The timer must outlive it.
class Sessions {
 public:
  struct Options {
    postgres::Database database;
    int query_connections = 4;
    int change_connections = 2;
    std::size_t max_waiting = 256;  // work that waits for a connection of each pool; beyond it kResourceExhausted
    absl::Duration give_up_after = absl::Seconds(3);  // repeating a change whose outcome is not known
  };

  Sessions(const Options& options, base::Metrics& metrics, base::Timer& timer);

  // Runs `query`, `StatusOr<T>(Connection&)`, which only reads. A session that has died is replaced once. A refusal
  // that it gives stays as it is; what else goes wrong becomes one, in `words`.
  template <class Query, class Answer = std::invoke_result_t<Query&, postgres::Connection&>>
  aio::Task<Answer> Read(aio::Waiter waiter, api::StoreWords words, Query query) {
    const base::Deadline deadline = waiter.deadline;
    auto run = queries_.Run(
        waiter, [this, deadline, query = std::move(query)](postgres::Connection& connection) mutable -> Answer {
          Answer answer = query(connection);
          if (!answer.ok() && Lost(answer.status()) && !deadline.Expired(timer_)) answer = query(connection);
          return answer;
        });
    Answer answer = co_await run;
    if (!answer.ok()) co_return Refusal(answer.status(), words);
    co_return answer;
  }

  // Runs `change`, `StatusOr<T>(Connection&)`: one transaction, which has the effect of one however often it is run. It
  // is run again after a conflict, and when it is not known whether it was committed.
  template <class Change, class Answer = std::invoke_result_t<Change&, postgres::Connection&>>
  aio::Task<Answer> Write(aio::Waiter waiter, api::StoreWords words, Change change) {
    const base::Deadline deadline = base::Deadline::In(give_up_after_, timer_).Earlier(waiter.deadline);
    auto run = changes_.Run(
        waiter, [this, deadline, change = std::move(change)](postgres::Connection& connection) mutable -> Answer {
          bool unknown = false;
          Answer answer = postgres::Repeat(
              connection,
              {.deadline = deadline, .timer = timer_, .decided = IsRefusal, .unknown_outcomes = unknown_outcomes_},
              change, unknown);
          if (unknown) return OutcomeUnknown();
          return answer;
        });
    Answer answer = co_await run;
    if (!answer.ok()) co_return Refusal(answer.status(), words);
    co_return answer;
  }

 private:
  static bool IsRefusal(const absl::Status& status);
  static bool Lost(const absl::Status& status);
  static absl::Status Refusal(const absl::Status& status, const api::StoreWords& words);
  static absl::Status OutcomeUnknown();

  base::Timer& timer_;
  const absl::Duration give_up_after_;
  base::Counter unknown_outcomes_;
  // Last: their threads use what stands above.
  postgres::Pool queries_;
  postgres::Pool changes_;
};

}  // namespace ordermesh::catalog
