// Keeps a channel from running into a server that is away with every notification it has.
#pragma once

#include "libs/base/backoff.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"

namespace ordermesh::notifier {

// Open from an attempt that reached nobody until one that did; meanwhile one probe at a time is let through, after
// delays that grow. Thread-safe; `timer` and `random` must outlive it.
class Breaker {
 public:
  enum class State { kClosed = 0, kProbing = 1, kOpen = 2 };  // the numbers are the metric's
  enum class Pass { kFree, kProbe, kRefused };

  // `state` shows the state.
  Breaker(base::BackoffPolicy probes, base::Timer& timer, base::Random& random, base::Gauge state);

  // Whether an attempt may be made now. Unless refused, Report or Cancel follows, with what was passed.
  Pass Admit();
  // Whether anything may be claimed: closed, or time for a probe.
  bool WouldAdmit();
  bool closed();
  // What was admitted is not attempted.
  void Cancel(Pass pass);
  // How an attempt ended. Gives how often in a row probes, and what opened it, reached nobody by now.
  int Report(Pass pass, bool reached);

 private:
  bool ProbeDueLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void SetLocked(State state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const base::BackoffPolicy probes_;
  base::Timer& timer_;
  base::Random& random_;
  const base::Gauge gauge_;
  base::Mutex mu_;
  State state_ ABSL_GUARDED_BY(mu_) = State::kClosed;
  int failures_ ABSL_GUARDED_BY(mu_) = 0;
  base::SteadyTime next_probe_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::notifier
