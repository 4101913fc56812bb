#include "libs/stream/queue_consumer.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"

namespace ordermesh::stream {
namespace {

bool IsNew(const rabbitmq::Delivery& delivery) { return !delivery.redelivered && delivery.delivery_count == 0; }

}  // namespace

QueueConsumer::QueueConsumer(QueueConsumerOptions options, MessageQueue& queue, Handle handle, Report report,
                             base::Timer& timer, base::Random& random)
    : options_(std::move(options)),
      queue_(queue),
      handle_(std::move(handle)),
      report_(std::move(report)),
      timer_(timer),
      random_(random),
      opening_(options_.backoff, timer, random) {}

void QueueConsumer::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    const absl::Status ended = ConsumeUntilLost(stop);
    if (ended.ok() || stop.stop_requested()) return;
    report_(ended);
    if (opening_.Failed()) {
      base::LogWarning("queue_lost",
                       {{"queue", options_.name}, {"error", ended.ToString()}, {"failures", opening_.failures()}});
    }
    opening_.Pause(stop);
  }
}

absl::Status QueueConsumer::ConsumeUntilLost(std::stop_token stop) {
  RETURN_IF_ERROR(queue_.Open());
  RETURN_IF_ERROR(queue_.Consume(1));
  bool one_by_one = true;
  opening_.Succeeded();
  report_(absl::OkStatus());
  base::SteadyTime rebind_at = timer_.SteadyNow() + options_.rebind_interval;
  base::SteadyTime next_batch = base::SteadyTime::InfinitePast();
  while (!stop.stop_requested()) {
    const absl::Duration early = next_batch - timer_.SteadyNow();
    if (!one_by_one && early > absl::ZeroDuration()) timer_.SleepFor(std::min(early, options_.gather), stop);
    ASSIGN_OR_RETURN(std::vector<rabbitmq::Delivery> received,
                     queue_.Receive(options_.batch, options_.receive_timeout));
    if (!received.empty()) {
      next_batch = timer_.SteadyNow() + options_.gather;
      const bool all_new = std::all_of(received.begin(), received.end(), IsNew);
      const bool turns = all_new == one_by_one;
      if (turns) {
        ASSIGN_OR_RETURN(std::vector<rabbitmq::Delivery> rest, queue_.Pause());
        std::move(rest.begin(), rest.end(), std::back_inserter(received));
      }
      RETURN_IF_ERROR(HandleAll(std::move(received), stop));
      if (turns) {
        one_by_one = !one_by_one;
        RETURN_IF_ERROR(queue_.Consume(one_by_one ? 1 : options_.prefetch));
      }
    }
    if (timer_.SteadyNow() >= rebind_at) {
      RETURN_IF_ERROR(queue_.Rebind());
      report_(absl::OkStatus());
      rebind_at = timer_.SteadyNow() + options_.rebind_interval;
    }
  }
  return absl::OkStatus();
}

absl::Status QueueConsumer::HandleAll(std::vector<rabbitmq::Delivery> deliveries, std::stop_token stop) {
  const auto first_again = std::stable_partition(deliveries.begin(), deliveries.end(), IsNew);
  const auto all_new = static_cast<std::size_t>(first_again - deliveries.begin());
  const bool in_order = all_new == deliveries.size();
  for (std::size_t begin = 0, count = 0; begin < deliveries.size(); begin += count) {
    count = begin < all_new ? std::min<std::size_t>(options_.batch, all_new - begin) : 1;
    RETURN_IF_ERROR(HandleAndSettle(absl::MakeSpan(deliveries).subspan(begin, count), in_order, stop));
  }
  return absl::OkStatus();
}

absl::Status QueueConsumer::HandleAndSettle(absl::Span<const rabbitmq::Delivery> deliveries, bool in_order,
                                            std::stop_token stop) {
  for (base::Retry retry(options_.backoff, timer_, random_);;) {
    absl::StatusOr<std::vector<Verdict>> verdicts = handle_(deliveries);
    if (verdicts.ok() && verdicts->size() != deliveries.size()) {
      verdicts = absl::InternalError(absl::StrCat(verdicts->size(), " verdicts for ", deliveries.size(), " messages"));
    }
    if (verdicts.ok()) return Settle(deliveries, *verdicts, in_order);
    if (retry.Failed()) {
      base::LogWarning(
          "batch_not_handled",
          {{"queue", options_.name}, {"error", verdicts.status().ToString()}, {"failures", retry.failures()}});
    }
    // Unsettled messages come again to whoever consumes next; nothing behind them may be settled now.
    if (!retry.Pause(stop)) return absl::CancelledError("stopping");
    RETURN_IF_ERROR(queue_.Tick());
  }
}

absl::Status QueueConsumer::Settle(absl::Span<const rabbitmq::Delivery> deliveries, absl::Span<const Verdict> verdicts,
                                   bool in_order) {
  const rabbitmq::Delivery* last_done = nullptr;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    if (verdicts[i] != Verdict::kAck) {
      RETURN_IF_ERROR(queue_.Reject(deliveries[i].tag, verdicts[i] == Verdict::kRetry));
    } else if (in_order) {
      last_done = &deliveries[i];
    } else {
      RETURN_IF_ERROR(queue_.Ack(deliveries[i].tag, /*multiple=*/false));
    }
  }
  // All before it are settled, or done as well.
  return last_done == nullptr ? absl::OkStatus() : queue_.Ack(last_done->tag, /*multiple=*/true);
}

}  // namespace ordermesh::stream
