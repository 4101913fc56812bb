#include "libs/mesh/grpc_lane.h"

#include <grpc/support/time.h>

#include <utility>

#include "libs/mesh/grpc_log.h"

namespace ordermesh::mesh {

GrpcLane::GrpcLane(base::Timer& timer, std::unique_ptr<grpc::CompletionQueue> queue)
    : Lane(timer),
      queue_(queue != nullptr ? std::move(queue) : std::make_unique<grpc::CompletionQueue>()),
      timer_thread_([this](std::stop_token stop) { WaitForTimers(std::move(stop)); }),
      thread_([this] { Loop(); }) {}

GrpcLane::~GrpcLane() { Close(); }

void GrpcLane::Close() {
  {
    base::MutexLock lock(close_mu_);
    if (std::exchange(closed_, true)) return;
  }
  ForgetTimer();
  Post([this] {
    closing_ = true;
    if (uses_ == 0) ShutDown();
  });
  thread_.join();
  timer_thread_.request_stop();
  timer_thread_.join();
}

void GrpcLane::Loop() {
  Enter();
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    static_cast<Tag*>(tag)->Complete(ok);
    if (!posted_here_) continue;
    posted_here_ = false;
    RunPosted();
    // What those jobs posted waits for its turn behind what is on the queue.
    if (std::exchange(posted_here_, false)) SetWakeAlarm();
  }
  Leave();
}

void GrpcLane::Wake() {
  if (Current() == this) {
    posted_here_ = true;
  } else {
    SetWakeAlarm();
  }
}

void GrpcLane::SetWakeAlarm() {
  base::MutexLock lock(wake_mu_);
  if (!shut_) wake_alarm_.Set(queue_.get(), gpr_time_0(GPR_CLOCK_REALTIME), static_cast<Tag*>(&wake_tag_));
}

void GrpcLane::WakeAt(base::SteadyTime time) {
  base::MutexLock lock(timer_mu_);
  wake_at_ = time;
  if (time < awaited_) earlier_.NotifyOne();
}

void GrpcLane::WaitForTimers(std::stop_token stop) {
  base::MutexLock lock(timer_mu_);
  while (!stop.stop_requested()) {
    awaited_ = wake_at_;
    const auto is_earlier = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(timer_mu_) { return wake_at_ < awaited_; };
    if (earlier_.WaitFor(timer_mu_, stop, awaited_ - timer().SteadyNow(), is_earlier)) continue;
    if (timer().SteadyNow() < wake_at_) continue;
    wake_at_ = base::SteadyTime::InfiniteFuture();
    Post([this] { RunTimers(); });  // Calls WakeAt when a timer is left.
  }
}

void GrpcLane::ShutDown() {
  base::MutexLock lock(wake_mu_);
  shut_ = true;
  const QuietGrpcLog quiet;  // It warns of a server that never started.
  queue_->Shutdown();
}

}  // namespace ordermesh::mesh
