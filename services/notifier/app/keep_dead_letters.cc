#include "services/notifier/app/keep_dead_letters.h"

#include <utility>

#include "absl/strings/match.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "services/notifier/app/enter_notifications.h"

namespace ordermesh::notifier {

using stream::Verdict;

DeadLetter ToDeadLetter(const rabbitmq::Message& message) {
  DeadLetter letter;
  letter.message_id = message.message_id;
  letter.routing_key = message.routing_key;
  letter.content_type = message.content_type;
  letter.body = message.body;
  letter.reason = "rejected";
  for (const auto& [name, value] : message.headers) {
    if (name == "x-first-death-reason") letter.reason = value;
    if (name == kRoutingKeyHeader) letter.routing_key = value;
    const bool ours = name == kRoutingKeyHeader || name == kRedrivenLetterHeader;
    if (!ours && !absl::StartsWith(name, "x-")) letter.headers.emplace_back(name, value);
  }
  if (absl::IsInvalidArgument(ReadEvent(message.body).status())) letter.reason = "malformed";
  return letter;
}

absl::StatusOr<std::vector<Verdict>> KeepDeadLetters::Run(absl::Span<const rabbitmq::Delivery> deliveries) {
  std::vector<DeadLetter> letters;
  std::vector<base::Uuid> came_back;
  for (const rabbitmq::Delivery& delivery : deliveries) {
    letters.push_back(ToDeadLetter(delivery.message));
    letters.back().id = ids_.Next();
    for (const auto& [name, value] : delivery.message.headers) {
      if (name != kRedrivenLetterHeader) continue;
      if (const absl::StatusOr<base::Uuid> former = base::Uuid::Parse(value); former.ok()) came_back.push_back(*former);
    }
  }
  if (!came_back.empty()) RETURN_IF_ERROR(store_.MarkRedriven(came_back));
  ASSIGN_OR_RETURN(const int kept, store_.Keep(letters));
  metrics_.kept.Add(kept);
  // A line for each: nothing else says when a message was given up and why, once somebody has deleted its row.
  for (const DeadLetter& letter : letters) {
    base::LogWarning("dead_letter", {{"message_id", letter.message_id},
                                     {"routing_key", letter.routing_key},
                                     {"reason", letter.reason},
                                     {"body_bytes", letter.body.size()}});
  }
  return std::vector<Verdict>(deliveries.size(), Verdict::kAck);
}

}  // namespace ordermesh::notifier
