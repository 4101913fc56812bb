// Waiting for a store that is still coming up.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/deadline.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"

namespace ordermesh::migrate {

// Calls `attempt` until it gives something else than kUnavailable, kAborted or kDeadlineExceeded, with growing pauses,
// and at least once. Behind the deadline the last of those is given as kUnavailable; `what` names it there and in the
// log.
absl::Status RetryUntil(base::Deadline deadline, absl::string_view what, base::Timer& timer, base::Random& random,
                        absl::FunctionRef<absl::Status()> attempt);

}  // namespace ordermesh::migrate
