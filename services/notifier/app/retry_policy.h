// What becomes of a notification after an attempt.
#pragma once

#include "libs/base/backoff.h"
#include "libs/base/random.h"
#include "services/notifier/app/ledger.h"
#include "services/notifier/app/sender.h"

namespace ordermesh::notifier {

// Whoever could not be reached was not tried: the notification waits as long again as it has waited, up to the longest
// delay. A transient failure is tried again after a delay that grows, until `max_attempts` attempts were made. What the
// other side asks for (Retry-After) is granted up to the longest delay. Thread-safe; `random` must outlive it.
class RetryPolicy {
 public:
  RetryPolicy(int max_attempts, base::BackoffPolicy backoff, base::Random& random)
      : max_attempts_(max_attempts), backoff_(backoff), random_(random) {}

  // Whether this result is the last.
  bool GivesUp(const ClaimedNotification& notification, const SendResult& result) const {
    return result.kind == SendResult::Kind::kPermanent || result.kind == SendResult::Kind::kUnwanted ||
           (result.kind == SendResult::Kind::kTransient && notification.attempt >= max_attempts_);
  }

  Mark Judge(const ClaimedNotification& notification, const SendResult& result, absl::Time now) const;

  // Whether it was claimed more often than it may be tried: its workers died before they could mark it.
  bool Exhausted(const ClaimedNotification& notification) const { return notification.attempt > max_attempts_; }

 private:
  const int max_attempts_;
  const base::BackoffPolicy backoff_;
  base::Random& random_;
};

}  // namespace ordermesh::notifier
