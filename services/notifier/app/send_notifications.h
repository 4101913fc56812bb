// Sends the notifications of one channel.
#pragma once

#include <deque>
#include <memory>
#include <thread>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/log_limit.h"
#include "libs/base/mutex.h"
#include "libs/base/timer.h"
#include "services/notifier/app/breaker.h"
#include "services/notifier/app/channel_queue.h"
#include "services/notifier/app/ledger.h"
#include "services/notifier/app/retry_policy.h"
#include "services/notifier/app/sender.h"
#include "services/notifier/notifier_metrics.h"

namespace ordermesh::notifier {

struct SendOptions {
  Channel channel = Channel::kLog;
  bool keeps_payload = true;
  int workers = 1;
  int batch = 1;  // how many a worker sends before it waits for their mark: so many may be sent twice after a crash
  int depth = 2;  // batches for each worker that may be claimed at once, the one in hand included
  absl::Duration attempt_timeout = absl::Seconds(10);  // what Sender::Send may last
  absl::Duration poll_interval = absl::Milliseconds(250);
  absl::Duration longest_wait = absl::Hours(72);  // for a server that is away
  base::BackoffPolicy probes = {.initial = absl::Seconds(1), .max = absl::Minutes(1)};
};

// Threads of its own, so that a slow channel holds up no other: `workers` that send, and one that talks to the ledger.
// It marks what was sent before the same worker sends more, so while the ledger can't be reached, nothing piles up
// unmarked. It claims what is due as long as there is room.
//
// From a send that found nobody there until one that found somebody, it sends one now and then to see; the rest waits
// unclaimed, and is given up when that lasts for longer than `longest_wait`.
//
// What it is given must outlive it. `ledger` is used by its own thread only.
class SendNotifications : public ChannelQueue {
 public:
  SendNotifications(SendOptions options, Ledger& ledger, SenderFactory make_sender, const RetryPolicy& policy,
                    base::Clock& clock, base::Timer& timer, base::Random& random, ChannelMetrics metrics);
  ~SendNotifications() override;

  Channel channel() const override { return options_.channel; }
  bool keeps_payload() const override { return options_.keeps_payload; }
  int Reserve(int wanted) override;
  void Offer(std::vector<ClaimedNotification> claimed, int reserved) override;

  // Ends the attempts under way, marks them, and gives back what was not attempted. Idempotent.
  void Stop();

 private:
  // What one worker has in hand.
  struct Hand {
    int unmarked = 0;
  };
  struct Attempted {
    Mark mark;
    Hand* hand;
  };

  void Work(std::stop_token stop);
  SendResult Attempt(Sender& sender, const ClaimedNotification& notification, Breaker::Pass pass);
  void Talk(std::stop_token stop);
  bool MarkAttempted();
  bool ClaimMore(bool& more);
  bool Expire(bool& more);
  bool GiveBack();
  // Takes from the workers what they have not begun.
  void DropQueue();
  // Whether it was done; what stays broken is logged more and more rarely.
  bool Explain(absl::string_view event, const absl::Status& status, base::FailureRow& failures);
  int ReserveRoom(int wanted);
  int RoomLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  const SendOptions options_;
  const int capacity_;
  Ledger& ledger_;
  const SenderFactory make_sender_;
  const RetryPolicy& policy_;
  base::Clock& clock_;
  base::Timer& timer_;
  const ChannelMetrics metrics_;

  Breaker breaker_;
  base::FailureLog deferrals_;  // by their error

  base::Mutex mu_;
  base::CondVar work_;    // for workers: something to send
  base::CondVar talk_;    // for the ledger's thread: something to mark, or room
  base::CondVar marked_;  // for workers: what they sent is marked
  std::deque<ClaimedNotification> queue_ ABSL_GUARDED_BY(mu_);
  std::vector<Attempted> attempted_ ABSL_GUARDED_BY(mu_);
  std::vector<ClaimedNotification> unwanted_ ABSL_GUARDED_BY(mu_);  // to be given back
  int reserved_ ABSL_GUARDED_BY(mu_) = 0;
  int in_hand_ ABSL_GUARDED_BY(mu_) = 0;  // taken by workers, not yet marked
  int workers_left_ ABSL_GUARDED_BY(mu_);
  bool abandoned_ ABSL_GUARDED_BY(mu_) = false;  // stopping, and the ledger can't be reached

  // The ledger's thread only.
  std::vector<Attempted> marking_;
  base::FailureRow mark_failures_, claim_failures_, release_failures_, expiry_failures_;

  // Last: they stop before what they use goes away.
  std::vector<std::jthread> workers_;
  std::jthread talker_;
};

}  // namespace ordermesh::notifier
