// A lane: one thread that runs coroutines. What starts on a lane resumes on it; other threads hand work to it by Post.
#pragma once

#include <coroutine>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/timer.h"

namespace ordermesh::aio {

using Job = absl::AnyInvocable<void()>;

// The event loop itself is the derived class's: mesh::GrpcLane sits on a completion queue, ThreadLane (tests, and
// processes without a server) on a condition variable. Post is thread-safe; everything else is for the lane's thread.
class Lane {
 public:
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // Runs `job` on the lane, soon, in the order of the posts. One wake-up serves all that has gathered.
  void Post(Job job);

  // Runs `job` on the lane at or after `time`. A lane that ends drops what is not due.
  using TimerId = std::pair<base::SteadyTime, std::uint64_t>;
  TimerId At(base::SteadyTime time, Job job);
  // Drops a timer. Nothing happens when it has fired.
  void Cancel(TimerId id);

  // Awaitable: resumes the coroutine after `duration`.
  auto Sleep(absl::Duration duration) {
    struct Awaiter {
      Lane& lane;
      base::SteadyTime until;
      bool await_ready() const noexcept { return false; }
      void await_suspend(std::coroutine_handle<> caller) {
        lane.At(until, [caller] { caller.resume(); });
      }
      void await_resume() const noexcept {}
    };
    return Awaiter{*this, timer_.SteadyNow() + duration};
  }

  base::Timer& timer() { return timer_; }

  // The lane that the calling thread runs, or nullptr.
  static Lane* Current();

 protected:
  explicit Lane(base::Timer& timer);
  // Derived class: first thing in its destructor, before Wake stops working.
  void ForgetTimer();

  // Derived class: makes the loop call RunPosted soon. Called by any thread, at most once until RunPosted runs.
  virtual void Wake() = 0;
  // Derived class: makes the loop call RunTimers at `time`; a later call replaces an earlier one. InfiniteFuture:
  // never.
  virtual void WakeAt(base::SteadyTime time) = 0;

  // For the derived class's loop, on the lane's thread.
  void RunPosted();
  void RunTimers();
  bool HasPosted() const;
  // Marks the calling thread as this lane's.
  void Enter();
  static void Leave();

 private:
  void Arm();

  base::Timer& timer_;
  std::uint64_t jump_listener_ = 0;
  mutable base::Mutex mu_;
  std::vector<Job> posted_ ABSL_GUARDED_BY(mu_);
  bool awake_ ABSL_GUARDED_BY(mu_) = false;
  // The lane's thread only.
  std::vector<Job> running_;
  std::map<TimerId, Job> timers_;
  std::uint64_t last_timer_ = 0;
  base::SteadyTime armed_ = base::SteadyTime::InfiniteFuture();
};

}  // namespace ordermesh::aio
