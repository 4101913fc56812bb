// Puts dead letters back on the queue.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "services/notifier/app/dead_letters.h"
#include "services/notifier/notifier_metrics.h"

namespace ordermesh::notifier {

// Publishes with confirms.
using PublishAll = std::function<rabbitmq::PublishReport(absl::Span<const rabbitmq::Message>)>;

// The messages as they came, for the default exchange: they go to the queue that gave them up, and to no other.
// Gives how many the broker confirmed, which is all of them.
//   kNotFound     one of the ids is unknown; nothing was put back
//   kUnavailable  not all were confirmed; repeating does no harm, since events are entered once
absl::StatusOr<int> Redrive(absl::Span<const base::Uuid> ids, DeadLetterStore& store, const std::string& queue,
                            const PublishAll& publish, const DeadLetterMetrics& metrics);

}  // namespace ordermesh::notifier
