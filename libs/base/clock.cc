#include "libs/base/clock.h"

#include "absl/time/clock.h"
#include "libs/base/mutex.h"

namespace ordermesh::base {
namespace {

class RealClock final : public Clock {
 public:
  absl::Time Now() override { return absl::Now(); }

  bool SleepFor(absl::Duration duration, std::stop_token stop) override {
    Mutex mu;
    CondVar stopped;
    MutexLock lock(mu);
    stopped.WaitFor(mu, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

Clock& SystemClock() {
  static RealClock* clock = new RealClock;
  return *clock;
}

}  // namespace ordermesh::base
