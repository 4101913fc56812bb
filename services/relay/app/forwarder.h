// The loop that feeds one sink.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/backoff.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/base/retry.h"
#include "libs/base/timer.h"
#include "services/relay/app/batch.h"
#include "services/relay/app/outbox_store.h"
#include "services/relay/app/publisher.h"
#include "services/relay/app/sink.h"
#include "services/relay/relay_metrics.h"

namespace ordermesh::relay {

struct ForwarderOptions {
  std::string sink;  // its name, in logs
  ReadLimits batch;
  // Between two reads, so that a steady trickle makes bursts: a burst of 5 ms costs RabbitMQ two thirds of one of 1 ms.
  absl::Duration read_pause = absl::Milliseconds(5);
  absl::Duration idle_read_pause = absl::Milliseconds(20);  // while nothing comes
  absl::Duration lock_poll = absl::Milliseconds(500);       // of a standby
  absl::Duration publish_timeout = absl::Seconds(5);
  absl::Duration heartbeat = absl::Seconds(2);  // of the session, while a wave is under way
  // Shorter than the heartbeat: a sleeping forwarder has none.
  base::BackoffPolicy backoff = {.initial = absl::Milliseconds(50), .max = absl::Seconds(2)};
};

// Stands by until it holds the sink's lock; then reads, publishes, waits for every confirm, and only then moves the
// cursor. Whatever fails is tried again from the cursor, so an event may come twice, but none is left out. Runs on a
// thread of its own (and the sink on another) from construction to destruction; the dependencies must outlive it.
class Forwarder {
 public:
  Forwarder(ForwarderOptions options, OutboxStore& outbox, Sink& sink, SinkMetrics metrics, base::Clock& clock,
            base::Timer& timer, base::Random& random);

 private:
  void Run(std::stop_token stop);
  // Returns when it holds the lock, or when asked to stop.
  absl::Status StandBy(std::stop_token stop);
  absl::Status Feed(std::stop_token stop);
  // Returns OK when all of the batch has arrived, or when asked to stop.
  absl::Status Deliver(Batch& batch, std::stop_token stop);
  absl::StatusOr<Sink::Report> PublishWave(Batch& batch);
  absl::Status Bury(const std::vector<const Event*>& wave, const Sink::Report& report);
  void Count(const std::vector<const Event*>& wave, const Sink::Report& report);
  absl::Status ReadAhead(const Batch& batch);
  void LogFailure(const Sink::Report& report, int failures) const;

  const ForwarderOptions options_;
  OutboxStore& outbox_;
  const SinkMetrics metrics_;
  base::Clock& clock_;
  base::Timer& timer_;
  base::Random& random_;

  base::Retry interruptions_;  // since the cursor was last at hand
  Position cursor_;
  std::optional<std::vector<Event>> ahead_;  // what follows the batch under way
  bool full_ = false;                        // the batch under way was cut off: there may be more behind it

  Publisher publisher_;
  std::jthread thread_;  // Last: it ends before what it uses goes away.
};

}  // namespace ordermesh::relay
