// What is done about an attempt at accepting a batch that failed.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/backoff.h"
#include "libs/base/deadline.h"
#include "libs/base/log_limit.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/gateway_metrics.h"

namespace ordermesh::gateway {

// Whether an attempt waits for rows that others have locked: for lock_timeout, or not at all.
enum class LockWait { kBriefly, kNot };

// What an attempt decided of one order: refused, stored by an earlier call, or stored now (created_at is set in the
// acceptance).
struct Decision {
  absl::Status refused;
  std::optional<StoredRequest> earlier;
};

// One transaction that accepts a batch. Blocks. Not thread-safe.
class AcceptAttempt {
 public:
  virtual ~AcceptAttempt() = default;

  // OK: committed; one decision for each order. Otherwise the whole batch failed, with a status of
  // postgres::Connection: nothing was stored, unless OutcomeUnknown().
  virtual absl::StatusOr<std::vector<Decision>> Try(absl::Span<Acceptance> batch, LockWait wait) = 0;

  // The last attempt lost its connection during the commit.
  virtual bool OutcomeUnknown() const = 0;
};

// Runs attempts until every order of a batch has its answer. Blocks. Thread-safe; the dependencies must outlive it.
//   deadlock                  the batch again
//   connection lost           the batch again, once: the session may have died long before
//   …during the commit        the batch again, with the same ids, until `give_up_after`: whether it was stored shows
//   when
//                             its keys are taken; a mere look-up could be answered before the lost session commits
//   data refused (22, 23)     order by order, so that one poison order fails alone
//   a lock not given (55P03)  order by order without waiting, so that only the blocked orders are refused
class AcceptPolicy {
 public:
  struct Options {
    absl::Duration give_up_after = absl::Seconds(4);
    base::BackoffPolicy backoff = {.initial = absl::Milliseconds(20), .max = absl::Milliseconds(500)};
  };

  AcceptPolicy(Options options, base::Timer& timer, base::Random& random, StoreMetrics metrics)
      : options_(options), timer_(timer), random_(random), metrics_(metrics) {}

  std::vector<absl::StatusOr<Accepted>> Run(AcceptAttempt& attempt, std::vector<Acceptance> batch) const;

 private:
  // Decides `batch`; `unknown`: an earlier attempt at it may have been committed.
  std::vector<Decision> Decide(AcceptAttempt& attempt, absl::Span<Acceptance> batch, LockWait wait, bool unknown,
                               base::Deadline deadline) const;
  std::vector<Decision> OneByOne(AcceptAttempt& attempt, absl::Span<Acceptance> batch, LockWait wait, bool unknown,
                                 base::Deadline deadline) const;
  void LogFailure(const absl::Status& status, std::size_t orders, bool unknown) const;
  std::vector<Decision> Refuse(std::size_t orders, const absl::Status& status) const;

  const Options options_;
  base::Timer& timer_;
  base::Random& random_;
  const StoreMetrics metrics_;
  mutable base::FailureLog failures_;  // of attempts, by SQLSTATE
};

}  // namespace ordermesh::gateway
