// From a batch of messages to rows of the ledger, and on to the channels.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/log_limit.h"
#include "libs/stream/queue_consumer.h"
#include "services/notifier/app/channel_queue.h"
#include "services/notifier/app/ledger.h"
#include "services/notifier/notifier_metrics.h"

namespace ordermesh::notifier {

// INVALID_ARGUMENT: not an event that we can read. UNIMPLEMENTED: of a type that customers are not told of.
absl::StatusOr<Event> ReadEvent(absl::string_view body);

// Belongs to one thread. What it is given must outlive it.
class EnterNotifications {
 public:
  EnterNotifications(Ledger& ledger, std::vector<ChannelQueue*> queues, EventMetrics metrics);

  // Enters a notification for each event and channel, by one statement, and hands over what it claimed. Events of
  // other types are done with; those that can't be read are refused; those that the ledger refuses are found one by one
  // and retried by the queue.
  absl::StatusOr<std::vector<stream::Verdict>> Run(absl::Span<const rabbitmq::Delivery> deliveries);

 private:
  absl::Status Enter(absl::Span<const Event* const> events);

  Ledger& ledger_;
  const std::vector<ChannelQueue*> queues_;
  const EventMetrics metrics_;
  base::FailureRow refused_, not_entered_;  // in batches one behind the other
};

}  // namespace ordermesh::notifier
