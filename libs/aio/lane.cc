#include "libs/aio/lane.h"

namespace ordermesh::aio {
namespace {

thread_local Lane* current_lane = nullptr;

}  // namespace

Lane* Lane::Current() { return current_lane; }
void Lane::Enter() { current_lane = this; }
void Lane::Leave() { current_lane = nullptr; }

Lane::Lane(base::Timer& timer) : timer_(timer) {
  jump_listener_ = timer_.OnJump([this] { Post([this] { RunTimers(); }); });
}

void Lane::ForgetTimer() { timer_.ForgetJump(std::exchange(jump_listener_, 0)); }

void Lane::Post(Job job) {
  {
    base::MutexLock lock(mu_);
    posted_.push_back(std::move(job));
    if (std::exchange(awake_, true)) return;
  }
  Wake();
}

void Lane::RunPosted() {
  {
    base::MutexLock lock(mu_);
    awake_ = false;
    running_.swap(posted_);
  }
  for (Job& job : running_) job();
  running_.clear();
}

bool Lane::HasPosted() const {
  base::MutexLock lock(mu_);
  return !posted_.empty();
}

Lane::TimerId Lane::At(base::SteadyTime time, Job job) {
  const TimerId id{time, ++last_timer_};
  timers_.emplace(id, std::move(job));
  Arm();
  return id;
}

void Lane::Cancel(TimerId id) { timers_.erase(id); }

// A timer that was armed for something cancelled since fires once for nothing, which is cheaper than disarming it.
void Lane::Arm() {
  if (timers_.empty() || timers_.begin()->first.first >= armed_) return;
  armed_ = timers_.begin()->first.first;
  WakeAt(armed_);
}

void Lane::RunTimers() {
  armed_ = base::SteadyTime::InfiniteFuture();
  const base::SteadyTime now = timer_.SteadyNow();
  const std::uint64_t last = last_timer_;  // What the jobs add waits for the next turn, so that none can hold the lane.
  while (!timers_.empty() && timers_.begin()->first <= TimerId{now, last}) {
    Job job = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    job();
  }
  Arm();
}

}  // namespace ordermesh::aio
