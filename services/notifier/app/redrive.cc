#include "services/notifier/app/redrive.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/base/status.h"
#include "libs/domain/reasons.h"
#include "services/notifier/app/keep_dead_letters.h"

namespace ordermesh::notifier {

absl::StatusOr<int> Redrive(absl::Span<const base::Uuid> ids, DeadLetterStore& store, const std::string& queue,
                            const PublishAll& publish, const DeadLetterMetrics& metrics) {
  ASSIGN_OR_RETURN(const std::vector<DeadLetter> letters, store.Get(ids));
  std::vector<rabbitmq::Message> messages;
  for (const DeadLetter& letter : letters) {
    rabbitmq::Message message = {.exchange = "",
                                 .routing_key = queue,
                                 .message_id = letter.message_id,
                                 .type = letter.routing_key,
                                 .content_type = letter.content_type,
                                 .headers = letter.headers,
                                 .body = letter.body};
    message.headers.emplace_back(kRoutingKeyHeader, letter.routing_key);
    message.headers.emplace_back(kRedrivenLetterHeader, letter.id.ToString());
    messages.push_back(std::move(message));
  }
  const rabbitmq::PublishReport report = publish(messages);
  std::vector<base::Uuid> confirmed;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (report.outcomes[i] == rabbitmq::Outcome::kConfirmed) confirmed.push_back(letters[i].id);
  }
  // Only what is confirmed is marked: a crash here puts it back twice, never not at all.
  if (!confirmed.empty()) RETURN_IF_ERROR(store.MarkRedriven(confirmed));
  metrics.redriven.Add(static_cast<double>(confirmed.size()));
  if (confirmed.size() == letters.size()) return static_cast<int>(confirmed.size());
  return api::Unavailable(domain::reasons::kBrokerUnavailable, "rabbitmq",
                          absl::StrCat(confirmed.size(), " of ", letters.size(), " messages were confirmed (",
                                       report.status.message(), ")"));
}

}  // namespace ordermesh::notifier
