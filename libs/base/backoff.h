// How long to wait before another try.
#pragma once

#include "absl/time/time.h"
#include "libs/base/random.h"

namespace ordermesh::base {

// Grows from `initial` by `multiplier` up to `max`; of each delay the part `jitter` is random, so that many that failed
// together don't come back together.
struct BackoffPolicy {
  absl::Duration initial = absl::Milliseconds(50);
  absl::Duration max = absl::Seconds(5);
  double multiplier = 2.0;
  double jitter = 0.2;  // 0: none, 1: anywhere between nothing and the whole delay
};

// The delay after failure number `failures` (1: the first).
absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, Random& random);

}  // namespace ordermesh::base
