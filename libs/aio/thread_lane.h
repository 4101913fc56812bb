// A lane on a thread of its own, for processes without a gRPC server and for tests.
#pragma once

#include <thread>

#include "libs/aio/lane.h"
#include "libs/aio/task.h"

namespace ordermesh::aio {

class ThreadLane : public Lane {
 public:
  explicit ThreadLane(base::Timer& timer);
  ~ThreadLane() override;  // Runs what was posted before, then ends the thread.

 protected:
  void Wake() override;
  void WakeAt(base::SteadyTime time) override;

 private:
  void Loop(std::stop_token stop);

  base::Mutex mu_;
  base::CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mu_) = false;
  base::SteadyTime wake_at_ ABSL_GUARDED_BY(mu_) = base::SteadyTime::InfiniteFuture();
  std::jthread thread_;  // Last: stops before what it uses goes away.
};

}  // namespace ordermesh::aio
