// From the dead-letter queue into the table.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "libs/stream/queue_consumer.h"
#include "services/notifier/app/dead_letters.h"
#include "services/notifier/notifier_metrics.h"

namespace ordermesh::notifier {

// The header by which a redriven message remembers the routing key that it was first published with.
inline constexpr char kRoutingKeyHeader[] = "ordermesh-routing-key";
// The header that names the letter of which a redriven message was made.
inline constexpr char kRedrivenLetterHeader[] = "ordermesh-redriven-letter";

// Without id. The reason is "malformed" where the body says so, otherwise the broker's ("delivery_limit", "rejected",
// …). The broker's own headers (x-…) are left out, since a message that carried them again would confuse it, and so are
// ours.
DeadLetter ToDeadLetter(const rabbitmq::Message& message);

// Belongs to one thread. What it is given must outlive it.
class KeepDeadLetters {
 public:
  KeepDeadLetters(DeadLetterStore& store, base::IdSource& ids, DeadLetterMetrics metrics)
      : store_(store), ids_(ids), metrics_(metrics) {}

  // A letter that was redriven and comes back, maybe before it was marked so, is another one: the former is marked
  // first.
  absl::StatusOr<std::vector<stream::Verdict>> Run(absl::Span<const rabbitmq::Delivery> deliveries);

 private:
  DeadLetterStore& store_;
  base::IdSource& ids_;
  const DeadLetterMetrics metrics_;
};

}  // namespace ordermesh::notifier
