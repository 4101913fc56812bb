// Time as a dependency, so that tests decide it.
#pragma once

#include <stop_token>

#include "absl/time/time.h"

namespace ordermesh::base {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock's time.
  virtual absl::Time Now() = 0;

  // Returns after `duration`, or as soon as a stop is asked for. Returns whether it slept to the end.
  virtual bool SleepFor(absl::Duration duration, std::stop_token stop) = 0;
};

// The machine's clock. Lives for ever.
Clock& SystemClock();

}  // namespace ordermesh::base
