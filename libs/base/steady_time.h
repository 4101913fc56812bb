// A moment of the monotonic clock: what deadlines and waits are made of.
#pragma once

#include "absl/time/time.h"

namespace ordermesh::base {

// Comparable with others of the same machine and boot only; it is no time of day, and doesn't convert to one. Setting
// the wall clock doesn't move it.
class SteadyTime {
 public:
  constexpr SteadyTime() = default;  // the clock's zero
  static SteadyTime InfiniteFuture() { return SteadyTime(absl::InfiniteDuration()); }
  static SteadyTime InfinitePast() { return SteadyTime(-absl::InfiniteDuration()); }
  static SteadyTime FromZero(absl::Duration since) { return SteadyTime(since); }

  absl::Duration SinceZero() const { return since_; }

  SteadyTime& operator+=(absl::Duration by) { return since_ += by, *this; }
  SteadyTime& operator-=(absl::Duration by) { return since_ -= by, *this; }
  friend SteadyTime operator+(SteadyTime time, absl::Duration by) { return time += by; }
  friend SteadyTime operator-(SteadyTime time, absl::Duration by) { return time -= by; }
  friend absl::Duration operator-(SteadyTime a, SteadyTime b) { return a.since_ - b.since_; }
  friend bool operator==(SteadyTime a, SteadyTime b) { return a.since_ == b.since_; }
  friend bool operator!=(SteadyTime a, SteadyTime b) { return a.since_ != b.since_; }
  friend bool operator<(SteadyTime a, SteadyTime b) { return a.since_ < b.since_; }
  friend bool operator<=(SteadyTime a, SteadyTime b) { return a.since_ <= b.since_; }
  friend bool operator>(SteadyTime a, SteadyTime b) { return a.since_ > b.since_; }
  friend bool operator>=(SteadyTime a, SteadyTime b) { return a.since_ >= b.since_; }

 private:
  explicit SteadyTime(absl::Duration since) : since_(since) {}
  absl::Duration since_;
};

}  // namespace ordermesh::base
