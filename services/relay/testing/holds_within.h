// Waiting for what a process does.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace ordermesh::relay {

// Asks until it holds; false when it does not within `patience`.
template <class Condition>
bool HoldsWithin(absl::Duration patience, Condition holds) {
  const absl::Time deadline = absl::Now() + patience;
  while (!holds()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

}  // namespace ordermesh::relay
