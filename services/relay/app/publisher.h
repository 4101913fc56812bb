// The thread that a sink lives on.
#pragma once

#include <optional>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "services/relay/app/sink.h"

namespace ordermesh::relay {

// Publishes one wave after another on a thread of its own, so that the forwarder can look after its session meanwhile.
// Used by one thread, the forwarder's. The sink must outlive it, and what a wave points to must stay until its report
// was taken.
class Publisher {
 public:
  Publisher(Sink& sink, absl::Duration timeout);
  ~Publisher();

  // No wave is under way.
  void Start(std::vector<const Event*> wave);
  // The report of the wave under way, if it comes within `patience`.
  std::optional<Sink::Report> Wait(absl::Duration patience);
  // Returns when no wave is under way; drops its report.
  void Finish();

 private:
  void Run(std::stop_token stop);

  Sink& sink_;
  const absl::Duration timeout_;
  base::Mutex mu_;
  base::CondVar changed_;
  std::optional<std::vector<const Event*>> wave_ ABSL_GUARDED_BY(mu_);
  std::optional<Sink::Report> report_ ABSL_GUARDED_BY(mu_);
  bool under_way_ ABSL_GUARDED_BY(mu_) = false;
  std::jthread thread_;  // Last: it ends before what it uses goes away.
};

}  // namespace ordermesh::relay
