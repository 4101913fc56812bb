// A timer for loops that wait on the test's own thread.
#pragma once

#include <stop_token>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/timer.h"

namespace ordermesh::testing {

// Jumps to the end of each sleep, unless a stop was asked for. Belongs to one thread.
class JumpingTimer : public base::Timer {
 public:
  base::SteadyTime SteadyNow() override { return now_; }
  bool SleepFor(absl::Duration duration, std::stop_token stop) override {
    if (stop.stop_requested()) return false;
    slept_.push_back(duration);
    now_ += duration;
    return true;
  }
  const std::vector<absl::Duration>& slept() const { return slept_; }

 private:
  base::SteadyTime now_;
  std::vector<absl::Duration> slept_;
};

}  // namespace ordermesh::testing
