#include "libs/base/timer.h"

#include <chrono>

#include "libs/base/mutex.h"

namespace ordermesh::base {
namespace {

class RealTimer final : public Timer {
 public:
  SteadyTime SteadyNow() override {
    return SteadyTime::FromZero(absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()));
  }

  bool SleepFor(absl::Duration duration, std::stop_token stop) override {
    Mutex mu;
    CondVar stopped;
    MutexLock lock(mu);
    stopped.WaitFor(mu, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

Timer& SystemTimer() {
  static RealTimer* timer = new RealTimer;
  return *timer;
}

}  // namespace ordermesh::base
