// A consumer of a queue: receives, has handled, settles.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/backoff.h"
#include "libs/base/random.h"
#include "libs/base/retry.h"
#include "libs/base/timer.h"
#include "libs/stream/message_queue.h"

namespace ordermesh::stream {

// What becomes of a message.
enum class Verdict {
  kAck,    // done with
  kRetry,  // back to the queue, which counts it and gives up after its delivery limit
  kBury,   // to the dead letters at once
};

struct QueueConsumerOptions {
  std::string name;    // for logs
  int prefetch = 512;  // new messages that may be unsettled at once
  int batch = 256;     // of them that are handled together, at most
  // Under load, the least time from one batch to the next, so that more share a statement; a message after a pause is
  // handled at once.
  absl::Duration gather = absl::ZeroDuration();
  absl::Duration receive_timeout = absl::Milliseconds(500);
  absl::Duration rebind_interval = absl::Seconds(30);
  base::BackoffPolicy backoff = {.initial = absl::Milliseconds(100), .max = absl::Seconds(2)};
};

// A broker counts the loss of a consumer against all that was unsettled with it, the one that ended the process and its
// neighbours alike. So only new messages are taken many at a time; from the first that comes again on, and after every
// loss, one message at a time is taken, until a new one comes: a message that ends its consumer again ends it alone,
// and alone comes to its delivery limit. What it is given must outlive it. Belongs to the thread that calls Run.
class QueueConsumer {
 public:
  // Gives one verdict for each delivery, or an error that is none of theirs (the database is down): the same deliveries
  // are handled again after a pause. May be called again with deliveries that it has handled before.
  using Handle = std::function<absl::StatusOr<std::vector<Verdict>>(absl::Span<const rabbitmq::Delivery>)>;
  // `report` hears how the queue is after each change, and OK now and then.
  using Report = std::function<void(const absl::Status&)>;

  QueueConsumer(QueueConsumerOptions options, MessageQueue& queue, Handle handle, Report report, base::Timer& timer,
                base::Random& random);

  // Until a stop is asked for; what was received by then is handled and settled.
  void Run(std::stop_token stop);

 private:
  // From opening the queue to its loss, or to the stop: OK.
  absl::Status ConsumeUntilLost(std::stop_token stop);
  // New ones together; then, each alone, those that come again.
  absl::Status HandleAll(std::vector<rabbitmq::Delivery> deliveries, std::stop_token stop);
  // `in_order`: none that came before them is unsettled.
  absl::Status HandleAndSettle(absl::Span<const rabbitmq::Delivery> deliveries, bool in_order, std::stop_token stop);
  absl::Status Settle(absl::Span<const rabbitmq::Delivery> deliveries, absl::Span<const Verdict> verdicts,
                      bool in_order);

  const QueueConsumerOptions options_;
  MessageQueue& queue_;
  const Handle handle_;
  const Report report_;
  base::Timer& timer_;
  base::Random& random_;
  base::Retry opening_;
};

}  // namespace ordermesh::stream
