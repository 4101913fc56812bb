// Monotonic time as a dependency, so that tests decide it: for deadlines, waits, and how long something took.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "absl/time/time.h"
#include "libs/base/steady_time.h"

namespace ordermesh::base {

// Thread-safe.
class Timer {
 public:
  virtual ~Timer() = default;

  virtual SteadyTime SteadyNow() = 0;

  // Returns after `duration`, or as soon as a stop is asked for. Returns whether it slept to the end.
  virtual bool SleepFor(absl::Duration duration, std::stop_token stop) = 0;

  // For whoever waits by other means than SleepFor: `jumped` is called, on any thread, whenever a test moves the time.
  // ForgetJump with the returned id ends that; it returns when no call is under way. The machine's timer never calls.
  virtual std::uint64_t OnJump(std::function<void()> /*jumped*/) { return 0; }
  virtual void ForgetJump(std::uint64_t /*id*/) {}
};

// CLOCK_MONOTONIC. Lives for ever.
Timer& SystemTimer();

}  // namespace ordermesh::base
