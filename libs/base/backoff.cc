#include "libs/base/backoff.h"

#include <algorithm>

namespace ordermesh::base {

absl::Duration BackoffDelay(const BackoffPolicy& policy, int failures, Random& random) {
  absl::Duration delay = policy.initial;
  for (int i = 1; i < failures && delay < policy.max; ++i) delay *= policy.multiplier;
  delay = std::min(delay, policy.max);
  return delay * (1.0 - policy.jitter * random.Uniform());
}

}  // namespace ordermesh::base
