#include "libs/aio/thread_lane.h"

namespace ordermesh::aio {

ThreadLane::ThreadLane(base::Timer& timer)
    : Lane(timer), thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

ThreadLane::~ThreadLane() {
  ForgetTimer();
  thread_.request_stop();
  thread_.join();
}

void ThreadLane::Wake() {
  base::MutexLock lock(mu_);
  woken_ = true;
  changed_.NotifyOne();
}

void ThreadLane::WakeAt(base::SteadyTime time) {
  base::MutexLock lock(mu_);
  wake_at_ = time;
}

void ThreadLane::Loop(std::stop_token stop) {
  Enter();
  while (!stop.stop_requested() || HasPosted()) {
    bool due = false;
    {
      base::MutexLock lock(mu_);
      changed_.WaitFor(mu_, stop, wake_at_ - timer().SteadyNow(),
                       [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return woken_; });
      woken_ = false;
      due = timer().SteadyNow() >= wake_at_;
      if (due) wake_at_ = base::SteadyTime::InfiniteFuture();
    }
    RunPosted();
    if (due) RunTimers();
  }
  Leave();
}

}  // namespace ordermesh::aio
