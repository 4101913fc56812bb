#include "libs/mesh/grpc_lane.h"

#include <grpc/support/time.h>

#include <utility>

#include "libs/mesh/grpc_log.h"

namespace ordermesh::mesh {
namespace {

gpr_timespec ToGprTime(absl::Time time) {
  if (time == absl::InfiniteFuture()) return gpr_inf_future(GPR_CLOCK_REALTIME);
  const timespec spec = absl::ToTimespec(time);
  return {spec.tv_sec, static_cast<std::int32_t>(spec.tv_nsec), GPR_CLOCK_REALTIME};
}

}  // namespace

GrpcLane::GrpcLane(base::Clock& clock, std::unique_ptr<grpc::CompletionQueue> queue)
    : Lane(clock),
      queue_(queue != nullptr ? std::move(queue) : std::make_unique<grpc::CompletionQueue>()),
      thread_([this] { Loop(); }) {}

GrpcLane::~GrpcLane() { Close(); }

void GrpcLane::Close() {
  {
    base::MutexLock lock(close_mu_);
    if (std::exchange(closed_, true)) return;
  }
  ForgetClock();
  Post([this] {
    closing_ = true;
    if (uses_ == 0) ShutDown();
  });
  thread_.join();
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

void GrpcLane::WakeAt(absl::Time time) {
  wanted_at_ = time;
  if (!timer_set_) {
    SetTimerAlarm();
  } else if (wanted_at_ < timer_at_) {
    timer_alarm_.Cancel();  // OnTimerAlarm sets it anew.
  }
}

void GrpcLane::SetTimerAlarm() {
  if (wanted_at_ == absl::InfiniteFuture() || ended_) return;
  timer_set_ = true;
  timer_at_ = wanted_at_;
  timer_alarm_.Set(queue_.get(), ToGprTime(timer_at_), static_cast<Tag*>(&timer_tag_));
}

void GrpcLane::OnTimerAlarm() {
  timer_set_ = false;
  wanted_at_ = absl::InfiniteFuture();
  RunTimers();  // Calls WakeAt when a timer is left.
}

void GrpcLane::ShutDown() {
  ended_ = true;
  if (timer_set_) timer_alarm_.Cancel();
  base::MutexLock lock(wake_mu_);
  shut_ = true;
  const QuietGrpcLog quiet;  // It warns of a server that never started.
  queue_->Shutdown();
}

}  // namespace ordermesh::mesh
