// A chore on a thread of its own.
#pragma once

#include <functional>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/timer.h"

namespace ordermesh::base {

// Calls `chore` at once and then with this pause between two calls, until it goes away, which waits for the call under
// way. What it uses must outlive it.
class Periodic {
 public:
  Periodic(absl::Duration pause, std::function<void(std::stop_token)> chore, Timer& timer)
      : thread_([pause, chore = std::move(chore), &timer](std::stop_token stop) {
          do {
            chore(stop);
          } while (timer.SleepFor(pause, stop));
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace ordermesh::base
