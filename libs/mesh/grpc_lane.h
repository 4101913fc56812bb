// A lane on a gRPC completion queue: calls that are served or made, posted jobs and timers run on its one thread.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/completion_queue.h>

#include <memory>
#include <thread>

#include "libs/aio/lane.h"
#include "libs/base/mutex.h"
#include "libs/mesh/tag.h"

namespace ordermesh::mesh {

// Its thread runs from construction to Close. Every tag on its queue is a Tag*.
class GrpcLane final : public aio::Lane {
 public:
  // For calls that are made; the server passes the queues on which it serves.
  explicit GrpcLane(base::Clock& clock, std::unique_ptr<grpc::CompletionQueue> queue = nullptr);
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
  void WakeAt(absl::Time time) override;

 private:
  // Calls a member function of the lane; for the two alarms.
  class AlarmTag final : public Tag {
   public:
    AlarmTag(GrpcLane& lane, void (GrpcLane::*fired)()) : lane_(lane), fired_(fired) {}
    void Complete(bool ok) override {
      static_cast<void>(ok);
      (lane_.*fired_)();
    }

   private:
    GrpcLane& lane_;
    void (GrpcLane::*fired_)();
  };

  void Loop();
  void SetWakeAlarm();
  void OnWakeAlarm() { RunPosted(); }
  void SetTimerAlarm();
  void OnTimerAlarm();
  void ShutDown();

  const std::unique_ptr<grpc::CompletionQueue> queue_;

  AlarmTag wake_tag_{*this, &GrpcLane::OnWakeAlarm};
  base::Mutex wake_mu_;
  grpc::Alarm wake_alarm_ ABSL_GUARDED_BY(wake_mu_);
  bool shut_ ABSL_GUARDED_BY(wake_mu_) = false;  // The queue takes no more operations.

  // The lane's thread only.
  AlarmTag timer_tag_{*this, &GrpcLane::OnTimerAlarm};
  grpc::Alarm timer_alarm_;
  bool timer_set_ = false;                         // timer_tag_ is on the queue
  absl::Time timer_at_ = absl::InfiniteFuture();   // when it will come
  absl::Time wanted_at_ = absl::InfiniteFuture();  // when it should come
  bool posted_here_ = false;                       // by the lane's own thread: needs no alarm
  bool closing_ = false;
  bool ended_ = false;
  int uses_ = 0;

  base::Mutex close_mu_;
  bool closed_ ABSL_GUARDED_BY(close_mu_) = false;
  std::jthread thread_;  // Last: ends before what it uses goes away.
};

}  // namespace ordermesh::mesh
