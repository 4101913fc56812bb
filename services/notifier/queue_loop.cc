#include "services/notifier/queue_loop.h"

#include <algorithm>
#include <utility>

#include "libs/base/log.h"
#include "libs/base/log_limit.h"
#include "libs/base/status.h"

namespace ordermesh::notifier {

QueueLoop::QueueLoop(QueueLoopOptions options, DeliverySource& source, Handle handle, Report report, base::Timer& timer,
                     base::Random& random)
    : options_(std::move(options)),
      source_(source),
      handle_(std::move(handle)),
      report_(std::move(report)),
      timer_(timer),
      random_(random) {}

void QueueLoop::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const absl::Status ended = Session(stop);
    if (ended.ok() || stop.stop_requested()) return;
    report_(ended);
    if (base::LogsFailure(++failures_)) {
      base::LogWarning("queue_lost", {{"queue", options_.name}, {"error", ended.ToString()}, {"failures", failures_}});
    }
    timer_.SleepFor(base::BackoffDelay(options_.backoff, failures_, random_), stop);
  }
}

absl::Status QueueLoop::Session(std::stop_token stop) {
  RETURN_IF_ERROR(source_.Open());
  failures_ = 0;
  report_(absl::OkStatus());
  base::SteadyTime rebind_at = timer_.SteadyNow() + options_.rebind_interval;
  base::SteadyTime next_batch = base::SteadyTime::InfinitePast();
  while (!stop.stop_requested()) {
    if (const absl::Duration early = next_batch - timer_.SteadyNow(); early > absl::ZeroDuration()) {
      timer_.SleepFor(std::min(early, options_.gather), stop);
    }
    ASSIGN_OR_RETURN(const std::vector<rabbitmq::Delivery> received,
                     source_.Receive(options_.batch, options_.receive_timeout));
    if (!received.empty()) next_batch = timer_.SteadyNow() + options_.gather;
    // Runs of new messages go together, in their order; each that comes again goes alone.
    for (std::size_t begin = 0; begin < received.size();) {
      std::size_t end = begin + 1;
      while (!received[begin].redelivered && end < received.size() && !received[end].redelivered) ++end;
      RETURN_IF_ERROR(HandleAndSettle(absl::MakeSpan(received).subspan(begin, end - begin), stop));
      begin = end;
    }
    if (timer_.SteadyNow() >= rebind_at) {
      RETURN_IF_ERROR(source_.Rebind());
      report_(absl::OkStatus());
      rebind_at = timer_.SteadyNow() + options_.rebind_interval;
    }
  }
  return absl::OkStatus();
}

absl::Status QueueLoop::HandleAndSettle(absl::Span<const rabbitmq::Delivery> deliveries, std::stop_token stop) {
  for (int failures = 1;; ++failures) {
    const absl::StatusOr<std::vector<Verdict>> verdicts = handle_(deliveries);
    if (verdicts.ok()) return Settle(deliveries, *verdicts);
    if (base::LogsFailure(failures)) {
      base::LogWarning("batch_not_handled",
                       {{"queue", options_.name}, {"error", verdicts.status().ToString()}, {"failures", failures}});
    }
    // Unsettled messages come again to whoever consumes next; nothing behind them may be settled now.
    if (!timer_.SleepFor(base::BackoffDelay(options_.backoff, failures, random_), stop)) {
      return absl::CancelledError("stopping");
    }
    RETURN_IF_ERROR(source_.Tick());
  }
}

absl::Status QueueLoop::Settle(absl::Span<const rabbitmq::Delivery> deliveries, absl::Span<const Verdict> verdicts) {
  const rabbitmq::Delivery* last_done = nullptr;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    if (verdicts[i] == Verdict::kDone) {
      last_done = &deliveries[i];
    } else {
      RETURN_IF_ERROR(source_.Reject(deliveries[i].tag, verdicts[i] == Verdict::kRetry));
    }
  }
  // All before it are settled, or done as well.
  return last_done == nullptr ? absl::OkStatus() : source_.Ack(last_done->tag, /*multiple=*/true);
}

}  // namespace ordermesh::notifier
