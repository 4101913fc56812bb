// A lane on a gRPC completion queue: calls that are served or made, posted jobs and timers run on its one thread.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <memory>
#include <stop_token>
#include <thread>

#include "libs/aio/lane.h"
#include "libs/base/mutex.h"
#include "libs/mesh/tag.h"

namespace ordermesh::mesh {

// Its thread runs from construction to Close. Every tag on its queue is a Tag*.
class GrpcLane final : public aio::Lane {
 public:
  // For calls that are made; the server passes the queues on which it serves.
  explicit GrpcLane(base::Timer& timer, std::unique_ptr<grpc::CompletionQueue> queue = nullptr);
  ~GrpcLane() override;  // Close()

  // Every lane of a process that was made by RunProcess is one.
  static GrpcLane& From(aio::Lane& lane) { return static_cast<GrpcLane&>(lane); }

  grpc::CompletionQueue* queue() { return queue_.get(); }

  // Ends the lane, from another thread: new calls are refused, those under way end, then the thread does. A call that
  // is served must have ended before. Idempotent.
  void Close();

  // Held, on the lane, by whatever may start operations on the queue: it stays open as long.
  class Use {
   public:
    // ok() is false, and nothing may be started, when the lane is closing.
    explicit Use(GrpcLane& lane) : lane_(lane.closing_ ? nullptr : &lane) {
      if (lane_ != nullptr) ++lane_->uses_;
    }
    ~Use() {
      if (lane_ != nullptr && --lane_->uses_ == 0 && lane_->closing_) lane_->ShutDown();
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    bool ok() const { return lane_ != nullptr; }

   private:
    GrpcLane* lane_;
  };

 protected:
  void Wake() override;
  void WakeAt(base::SteadyTime time) override;

 private:
  // What the wake alarm brings.
  class WakeTag final : public Tag {
   public:
    explicit WakeTag(GrpcLane& lane) : lane_(lane) {}
    void Complete(bool ok) override {
      static_cast<void>(ok);
      lane_.RunPosted();
    }

   private:
    GrpcLane& lane_;
  };

  void Loop();
  void WaitForTimers(std::stop_token stop);
  void SetWakeAlarm();
  void ShutDown();

  const std::unique_ptr<grpc::CompletionQueue> queue_;

  WakeTag wake_tag_{*this};
  base::Mutex wake_mu_;
  grpc::Alarm wake_alarm_ ABSL_GUARDED_BY(wake_mu_);
  bool shut_ ABSL_GUARDED_BY(wake_mu_) = false;  // The queue takes no more operations.

  // The lane's thread only.
  bool posted_here_ = false;  // by the lane's own thread: needs no alarm
  bool closing_ = false;
  int uses_ = 0;

  base::Mutex timer_mu_;
  base::CondVar earlier_;
  base::SteadyTime wake_at_ ABSL_GUARDED_BY(timer_mu_) = base::SteadyTime::InfiniteFuture();
  base::SteadyTime awaited_ ABSL_GUARDED_BY(timer_mu_) = base::SteadyTime::InfiniteFuture();  // by timer_thread_

  base::Mutex close_mu_;
  bool closed_ ABSL_GUARDED_BY(close_mu_) = false;
  // Waits for the timers, on steady time. Not an alarm of gRPC's: its timers and its completion queues wait on the wall
  // clock, and come late when that was set back.
  std::jthread timer_thread_;
  std::jthread thread_;  // Last: ends before what it uses goes away.
};

}  // namespace ordermesh::mesh
