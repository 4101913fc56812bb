#include "libs/base/retry.h"

#include <algorithm>
#include <utility>

namespace ordermesh::base {

bool Retry::Pause(std::stop_token stop, absl::Duration least) {
  const absl::Duration pause = std::max(BackoffDelay(pauses_, failures_.count(), random_), least);
  return pause < deadline_.Remaining(timer_) && timer_.SleepFor(pause, std::move(stop));
}

}  // namespace ordermesh::base
