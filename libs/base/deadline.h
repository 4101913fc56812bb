// When a piece of work stops being worth anything.
#pragma once

#include <algorithm>

#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace ordermesh::base {

class Deadline {
 public:
  static Deadline At(absl::Time time) { return Deadline(time); }
  static Deadline In(absl::Duration timeout, Clock& clock) { return Deadline(clock.Now() + timeout); }

  absl::Time time() const { return time_; }
  // Never negative.
  absl::Duration Remaining(Clock& clock) const { return std::max(absl::ZeroDuration(), time_ - clock.Now()); }
  bool Expired(Clock& clock) const { return clock.Now() >= time_; }
  // For the next hop: earlier by `margin`, so that its refusal still has time to travel back.
  Deadline Before(absl::Duration margin) const { return Deadline(time_ - margin); }
  Deadline Earlier(Deadline other) const { return Deadline(std::min(time_, other.time_)); }

 private:
  explicit Deadline(absl::Time time) : time_(time) {}
  absl::Time time_;
};

}  // namespace ordermesh::base
