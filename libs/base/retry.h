// Again, after pauses that grow: until it works, time is up or a stop is asked for.
#pragma once

#include <stop_token>

#include "absl/time/time.h"
#include "libs/base/backoff.h"
#include "libs/base/deadline.h"
#include "libs/base/log_limit.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"

namespace ordermesh::base {

// The failures of one thing in a row, and the pauses between its tries:
//
//   for (base::Retry retry(kPauses, timer, random, deadline);;) {
//     const absl::Status status = Try();
//     if (!IsPassing(status)) return status;
//     if (retry.Failed()) base::LogWarning(…);
//     if (!retry.Pause(stop)) return status;
//   }
//
// Belongs to one thread; `timer` and `random` must outlive it.
class Retry {
 public:
  Retry(BackoffPolicy pauses, Timer& timer, Random& random, Deadline deadline = Deadline::Never())
      : pauses_(pauses), timer_(timer), random_(random), deadline_(deadline) {}

  // One more failure. Returns whether it is to be logged: the first, the second, the fourth …
  bool Failed() { return failures_.Add(); }
  // It works again; returns how often it had failed.
  int Succeeded() { return failures_.End(); }
  // In a row.
  int failures() const { return failures_.count(); }

  // After Failed: waits before the next try, not shorter than `least`, which is what the other side asked for. False:
  // there is none, since a stop was asked for, or the pause would last beyond the deadline and was not begun.
  bool Pause(std::stop_token stop = {}, absl::Duration least = absl::ZeroDuration());

 private:
  const BackoffPolicy pauses_;
  Timer& timer_;
  Random& random_;
  const Deadline deadline_;
  FailureRow failures_;
};

}  // namespace ordermesh::base
