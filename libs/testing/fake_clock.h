// Both times, standing still until the test moves them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <stop_token>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/base/timer.h"

namespace ordermesh::testing {

// Thread-safe.
class FakeClock : public base::Clock, public base::Timer {
 public:
  explicit FakeClock(absl::Time start = absl::FromUnixSeconds(1'700'000'000)) : nanos_(absl::ToUnixNanos(start)) {}

  absl::Time Now() override { return absl::FromUnixNanos(nanos_.load()); }

  base::SteadyTime SteadyNow() override { return base::SteadyTime::FromZero(absl::Nanoseconds(steady_nanos_.load())); }

  // Waits until the test has moved the time that far.
  bool SleepFor(absl::Duration duration, std::stop_token stop) override {
    const base::SteadyTime until = SteadyNow() + duration;
    base::MutexLock lock(mu_);
    const auto sleeper = sleepers_.insert(until);
    changed_.NotifyAll();
    const bool slept = changed_.Wait(mu_, stop, [&] { return SteadyNow() >= until; });
    sleepers_.erase(sleeper);
    return slept && !stop.stop_requested();
  }

  // Sets the wall clock forward or back, as an operator or NTP does. Nobody who waits may notice.
  void MoveWallClock(absl::Duration by) { nanos_ += absl::ToInt64Nanoseconds(by); }

  // Lets time pass on both, wakes the sleepers whose time has come, and tells the listeners.
  void Advance(absl::Duration by) {
    {
      base::MutexLock lock(mu_);
      nanos_ += absl::ToInt64Nanoseconds(by);
      steady_nanos_ += absl::ToInt64Nanoseconds(by);
      changed_.NotifyAll();
    }
    base::MutexLock lock(listeners_mu_);
    for (auto& [id, jumped] : listeners_) jumped();
  }

  // Returns when at least `count` threads are inside SleepFor whose time has not come, so that a test advances only
  // what has begun to wait, and looks when what it has woken has done its work.
  void WaitForSleepers(int count) {
    base::MutexLock lock(mu_);
    changed_.Wait(mu_, std::stop_token(), [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
      return std::distance(sleepers_.upper_bound(SteadyNow()), sleepers_.end()) >= count;
    });
  }
  // Whether a thread is inside SleepFor whose time has not come.
  bool SomeoneSleeps() {
    base::MutexLock lock(mu_);
    return !sleepers_.empty() && *sleepers_.rbegin() > SteadyNow();
  }

  std::uint64_t OnJump(std::function<void()> jumped) override {
    base::MutexLock lock(listeners_mu_);
    listeners_.emplace(++last_listener_, std::move(jumped));
    return last_listener_;
  }
  void ForgetJump(std::uint64_t id) override {
    base::MutexLock lock(listeners_mu_);
    listeners_.erase(id);
  }

 private:
  std::atomic<std::int64_t> nanos_;
  std::atomic<std::int64_t> steady_nanos_ = std::int64_t{1} << 50;  // thirteen days after boot
  base::Mutex mu_;
  base::CondVar changed_;
  std::multiset<base::SteadyTime> sleepers_ ABSL_GUARDED_BY(mu_);  // until when
  base::Mutex listeners_mu_;
  std::map<std::uint64_t, std::function<void()>> listeners_ ABSL_GUARDED_BY(listeners_mu_);
  std::uint64_t last_listener_ ABSL_GUARDED_BY(listeners_mu_) = 0;
};

}  // namespace ordermesh::testing
