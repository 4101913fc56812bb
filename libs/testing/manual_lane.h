// A lane that the test's own thread runs, step by step, under a fake clock.
#pragma once

#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/testing/fake_clock.h"

namespace ordermesh::testing {

// Everything on it happens inside RunUntilIdle and Advance. Post may come from any thread.
class ManualLane : public aio::Lane {
 public:
  explicit ManualLane(FakeClock& clock) : Lane(clock), fake_clock_(clock) {}
  ~ManualLane() override { ForgetTimer(); }

  // Runs what was posted and every timer that is due, until nothing is left to do now.
  void RunUntilIdle() {
    Enter();
    while (HasPosted()) RunPosted();
    Leave();
  }
  // Moves the clock, then RunUntilIdle.
  void Advance(absl::Duration by) {
    fake_clock_.Advance(by);
    RunUntilIdle();
  }

 protected:
  void Wake() override {}
  // A timer armed for a time that has come: the test need not advance for it.
  void WakeAt(base::SteadyTime time) override {
    if (time <= timer().SteadyNow()) Post([this] { RunTimers(); });
  }

 private:
  FakeClock& fake_clock_;
};

}  // namespace ordermesh::testing
