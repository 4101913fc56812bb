// The time of day as a dependency, so that tests decide it. For timestamps only: whoever waits, or measures how long
// something took, uses a Timer (timer.h), since the wall clock may be set.
#pragma once

#include "absl/time/time.h"

namespace ordermesh::base {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The wall clock's time.
  virtual absl::Time Now() = 0;
};

// The machine's clock. Lives for ever.
Clock& SystemClock();

}  // namespace ordermesh::base
