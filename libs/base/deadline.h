// When a piece of work stops being worth anything.
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "libs/base/timer.h"

namespace ordermesh::base {

class Deadline {
 public:
  static Deadline At(SteadyTime time) { return Deadline(time); }
  static Deadline Never() { return Deadline(SteadyTime::InfiniteFuture()); }
  static Deadline In(absl::Duration timeout, Timer& timer) { return Deadline(timer.SteadyNow() + timeout); }

  SteadyTime time() const { return time_; }
  // Never negative.
  absl::Duration Remaining(Timer& timer) const { return std::max(absl::ZeroDuration(), time_ - timer.SteadyNow()); }
  bool Expired(Timer& timer) const { return timer.SteadyNow() >= time_; }
  // For the next hop: earlier by `margin`, so that its refusal still has time to travel back.
  Deadline Before(absl::Duration margin) const { return Deadline(time_ - margin); }
  Deadline Earlier(Deadline other) const { return Deadline(std::min(time_, other.time_)); }

 private:
  explicit Deadline(SteadyTime time) : time_(time) {}
  SteadyTime time_;
};

}  // namespace ordermesh::base
