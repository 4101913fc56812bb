#include "services/notifier/app/send_notifications.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "libs/base/failpoint.h"
#include "libs/base/log.h"

namespace ordermesh::notifier {
namespace {

constexpr absl::Duration kPauseAfterFailure = absl::Milliseconds(200);
// How long stopping insists on its marks while the ledger can't be reached.
constexpr int kStopTries = 10;
// While the other side is away.
constexpr int kExpiryBatch = 1000;

}  // namespace

SendNotifications::SendNotifications(SendOptions options, Ledger& ledger, SenderFactory make_sender,
                                     const RetryPolicy& policy, base::Clock& clock, base::Timer& timer,
                                     base::Random& random, ChannelMetrics metrics)
    : options_(options),
      capacity_(options.depth * options.workers * options.batch),
      ledger_(ledger),
      make_sender_(std::move(make_sender)),
      policy_(policy),
      clock_(clock),
      timer_(timer),
      metrics_(metrics),
      breaker_(options.probes, timer, random, metrics.breaker),
      workers_left_(options.workers) {
  metrics_.reachable.Set(1);
  for (int i = 0; i < options_.workers; ++i) workers_.emplace_back([this](std::stop_token stop) { Work(stop); });
  talker_ = std::jthread([this](std::stop_token stop) { Talk(stop); });
}

SendNotifications::~SendNotifications() { Stop(); }

void SendNotifications::Stop() {
  for (std::jthread& worker : workers_) worker.request_stop();
  talker_.request_stop();
  for (std::jthread& worker : workers_) {
    if (worker.joinable()) worker.join();
  }
  if (talker_.joinable()) talker_.join();
}

int SendNotifications::RoomLocked() const { return capacity_ - static_cast<int>(queue_.size()) - reserved_ - in_hand_; }

int SendNotifications::Reserve(int wanted) {
  if (!breaker_.closed()) return 0;
  return ReserveRoom(wanted);
}

int SendNotifications::ReserveRoom(int wanted) {
  base::MutexLock lock(mu_);
  const int granted = std::clamp(RoomLocked(), 0, wanted);
  reserved_ += granted;
  return granted;
}

void SendNotifications::Offer(std::vector<ClaimedNotification> claimed, int reserved) {
  base::MutexLock lock(mu_);
  reserved_ -= reserved;
  std::move(claimed.begin(), claimed.end(), std::back_inserter(queue_));
  metrics_.queued.Set(static_cast<double>(queue_.size()) + in_hand_);
  work_.NotifyAll();
}

void SendNotifications::Work(std::stop_token stop) {
  const std::unique_ptr<Sender> sender = make_sender_();
  Hand hand;
  std::vector<ClaimedNotification> taken;
  std::vector<Attempted> attempted;
  for (;;) {
    taken.clear();
    attempted.clear();
    {
      base::MutexLock lock(mu_);
      if (!work_.Wait(mu_, stop, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !queue_.empty(); }) ||
          stop.stop_requested()) {
        break;
      }
      const auto count = std::min<std::size_t>(queue_.size(), static_cast<std::size_t>(options_.batch));
      const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
      taken.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
      queue_.erase(queue_.begin(), end);
      in_hand_ += static_cast<int>(count);
    }
    std::vector<ClaimedNotification> not_now;
    for (ClaimedNotification& notification : taken) {
      // Its lease could end in the middle of the attempt, or nobody is there to take it.
      const bool too_late = timer_.SteadyNow() + options_.attempt_timeout > notification.lease_end;
      const Breaker::Pass pass = too_late ? Breaker::Pass::kRefused : breaker_.Admit();
      if (pass == Breaker::Pass::kRefused) {
        not_now.push_back(std::move(notification));
        continue;
      }
      const SendResult result = Attempt(*sender, notification, pass);
      attempted.push_back({policy_.Judge(notification, result, clock_.Now()), &hand});
    }
    base::MutexLock lock(mu_);
    in_hand_ -= static_cast<int>(not_now.size());
    std::move(not_now.begin(), not_now.end(), std::back_inserter(unwanted_));
    hand.unmarked = static_cast<int>(attempted.size());
    attempted_.insert(attempted_.end(), std::make_move_iterator(attempted.begin()),
                      std::make_move_iterator(attempted.end()));
    talk_.NotifyOne();
    marked_.Wait(mu_, {}, [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return hand.unmarked == 0 || abandoned_; });
  }
  base::MutexLock lock(mu_);
  --workers_left_;
  talk_.NotifyOne();
}

SendResult SendNotifications::Attempt(Sender& sender, const ClaimedNotification& notification, Breaker::Pass pass) {
  if (policy_.Exhausted(notification)) {
    breaker_.Cancel(pass);
    metrics_.failed.Add();
    return SendResult::Permanent("attempts_exhausted");
  }
  const SendResult result = sender.Send(notification);
  base::HitFailpoint("notifier_after_send");
  const bool reached = result.kind != SendResult::Kind::kUnreachable;
  if (result.asked) metrics_.reachable.Set(reached ? 1 : 0);
  if (!result.asked) {
    breaker_.Cancel(pass);
  } else if (const int failures = breaker_.Report(pass, reached); !reached) {
    metrics_.unreached.Add();
    if (base::LogsFailure(failures)) {
      base::LogWarning("channel_unreachable",
                       {{"channel", ChannelName(options_.channel)}, {"error", result.error}, {"failures", failures}});
    }
    return result;
  }
  if (result.kind == SendResult::Kind::kSent) {
    metrics_.sent.Add();
    metrics_.latency.Observe(std::max(0.0, absl::ToDoubleSeconds(clock_.Now() - notification.created_at)));
    return result;
  }
  if (result.kind == SendResult::Kind::kUnwanted) {
    metrics_.unwanted.Add();
    return result;
  }
  const bool failed = policy_.GivesUp(notification, result);
  (failed ? metrics_.failed : metrics_.retried).Add();
  // What is given up has a line for each, once: somebody has to see to it. What is tried again may fail for hours.
  const int deferrals = failed ? 0 : deferrals_.Add(result.error, timer_.SteadyNow());
  if (!failed && deferrals == 0) return result;
  base::LogWarning(failed ? "notification_failed" : "notification_deferred",
                   {{"channel", ChannelName(options_.channel)},
                    {"order_id", notification.event.order_id.ToString()},
                    {"event_id", notification.event.id.ToString()},
                    {"attempt", notification.attempt},
                    {"error", result.error},
                    {"failures", deferrals},
                    {"traceparent", notification.event.traceparent}});
  return result;
}

void SendNotifications::Talk(std::stop_token stop) {
  base::SteadyTime next_poll = timer_.SteadyNow();
  bool more = false;  // The last claim was as large as it could be.
  int failures_while_stopping = 0;
  for (;;) {
    bool ended = false;
    {
      base::MutexLock lock(mu_);
      const auto due_for_something = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
        return !attempted_.empty() || !marking_.empty() || !unwanted_.empty() || workers_left_ == 0 ||
               (stop.stop_requested() && !queue_.empty()) ||
               (!stop.stop_requested() && RoomLocked() > 0 && (more || timer_.SteadyNow() >= next_poll));
      };
      // Without a stop token: stopping ends with the last worker.
      talk_.WaitFor(mu_, {}, options_.poll_interval, due_for_something);
      ended = workers_left_ == 0 && attempted_.empty() && marking_.empty();
    }
    if (ended) break;
    // What no worker will begin is due again at once, for others; it does not wait for the attempts under way.
    if (stop.stop_requested()) DropQueue();
    bool worked = MarkAttempted() && GiveBack();
    if (worked && !stop.stop_requested() && (more || timer_.SteadyNow() >= next_poll)) {
      worked = ClaimMore(more);
      next_poll = timer_.SteadyNow() + options_.poll_interval;
    }
    if (worked) continue;
    if (stop.stop_requested() && ++failures_while_stopping >= kStopTries) {
      base::MutexLock lock(mu_);
      abandoned_ = true;
      marked_.NotifyAll();
      break;
    }
    timer_.SleepFor(kPauseAfterFailure, stop.stop_requested() ? std::stop_token() : stop);
  }
  DropQueue();
  GiveBack();
}

void SendNotifications::DropQueue() {
  base::MutexLock lock(mu_);
  std::move(queue_.begin(), queue_.end(), std::back_inserter(unwanted_));
  queue_.clear();
}

bool SendNotifications::Explain(absl::string_view event, const absl::Status& status, base::FailureRow& failures) {
  if (status.ok()) {
    failures.End();
  } else if (failures.Add()) {
    base::LogWarning(
        event,
        {{"channel", ChannelName(options_.channel)}, {"error", status.ToString()}, {"failures", failures.count()}});
  }
  return status.ok();
}

bool SendNotifications::MarkAttempted() {
  {
    base::MutexLock lock(mu_);
    marking_.insert(marking_.end(), std::make_move_iterator(attempted_.begin()),
                    std::make_move_iterator(attempted_.end()));
    attempted_.clear();
  }
  if (marking_.empty()) return true;
  std::vector<Mark> marks;
  marks.reserve(marking_.size());
  for (const Attempted& attempted : marking_) marks.push_back(attempted.mark);
  const absl::StatusOr<int> late = ledger_.MarkAll(marks);
  if (!Explain("marks_not_written", late.status(), mark_failures_)) return false;
  metrics_.lost_leases.Add(*late);
  base::MutexLock lock(mu_);
  in_hand_ -= static_cast<int>(marking_.size());
  for (const Attempted& attempted : marking_) --attempted.hand->unmarked;
  metrics_.queued.Set(static_cast<double>(queue_.size()) + in_hand_);
  marking_.clear();
  marked_.NotifyAll();
  return true;
}

bool SendNotifications::ClaimMore(bool& more) {
  // Half of the room at most: the rest is for what the consumer brings meanwhile.
  more = false;
  if (!breaker_.WouldAdmit()) return true;
  const bool probe = !breaker_.closed();
  // First, or what has waited for too long would be probed with, and wait on.
  if (probe && !Expire(more)) return false;
  if (more) return true;
  const int room = ReserveRoom(probe ? 1 : std::max(1, capacity_ / 2));
  if (room == 0) return true;
  absl::StatusOr<std::vector<ClaimedNotification>> claimed = ledger_.ClaimDue(options_.channel, room);
  if (!Explain("claim_failed", claimed.status(), claim_failures_)) {
    Offer({}, room);
    return false;
  }
  more = !probe && static_cast<int>(claimed->size()) == room;
  Offer(*std::move(claimed), room);
  return true;
}

bool SendNotifications::Expire(bool& more) {
  const absl::StatusOr<std::int64_t> expired = ledger_.ExpireDue(options_.channel, options_.longest_wait, kExpiryBatch);
  if (!Explain("expiry_failed", expired.status(), expiry_failures_)) return false;
  metrics_.failed.Add(static_cast<double>(*expired));
  if (*expired > 0) {
    base::LogWarning("notifications_expired", {{"channel", ChannelName(options_.channel)}, {"count", *expired}});
  }
  more = *expired == kExpiryBatch;
  return true;
}

bool SendNotifications::GiveBack() {
  std::vector<ClaimedNotification> left;
  {
    base::MutexLock lock(mu_);
    left.swap(unwanted_);
  }
  if (left.empty()) return true;
  // Those not given back are due again when their leases end.
  return Explain("claims_not_given_back", ledger_.Release(left), release_failures_);
}

}  // namespace ordermesh::notifier
