// Measures an outbox and prunes it.
#pragma once

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/timer.h"
#include "services/relay/app/upkeep_store.h"
#include "services/relay/relay_metrics.h"

namespace ordermesh::relay {

struct UpkeepOptions {
  std::string feed;  // its name, in logs
  absl::Duration interval = absl::Seconds(1);
  absl::Duration retention = absl::Minutes(5);  // of events that every sink has had
  int prune_batch = 2000;
  // An older transaction is worth a line in the log: it holds back every sink.
  absl::Duration old_transaction = absl::Seconds(10);
};

// Runs on a thread of its own from construction to destruction; the dependencies must outlive it. Every relay measures;
// of several, the store lets one prune.
class Upkeep {
 public:
  // `sinks`: the metrics of each, by name. Nothing is pruned before all of them have had it.
  Upkeep(UpkeepOptions options, UpkeepStore& store, std::map<std::string, SinkMetrics> sinks, OutboxMetrics metrics,
         base::Timer& timer);

 private:
  void Run(std::stop_token stop);
  absl::Status Measure();
  absl::Status Prune(std::stop_token stop);

  const UpkeepOptions options_;
  UpkeepStore& store_;
  const std::map<std::string, SinkMetrics> sinks_;
  const OutboxMetrics metrics_;
  base::Timer& timer_;
  int logged_pid_ = 0;
  std::jthread thread_;  // Last: it ends before what it uses goes away.
};

}  // namespace ordermesh::relay
