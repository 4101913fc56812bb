#include "services/notifier/app/enter_notifications.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/hex.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/wire/cloud_event.h"
#include "services/notifier/channels/order_mail.h"

namespace ordermesh::notifier {

using stream::Verdict;

namespace {

// version-trace-span-flags in lower-case hexadecimal. It is stored, and sent on in a header.
bool IsTraceparent(absl::string_view text) {
  return text.size() == 55 && text[2] == '-' && text[35] == '-' && text[52] == '-' &&
         base::IsLowerHex(absl::StrCat(text.substr(0, 2), text.substr(3, 32), text.substr(36, 16), text.substr(53)));
}

}  // namespace

absl::StatusOr<Event> ReadEvent(absl::string_view body) {
  ASSIGN_OR_RETURN(wire::StructuredEvent read, wire::FromStructuredJson(body));
  if (!HasMail(read.envelope.type)) {
    return absl::UnimplementedError("customers are not told of events of this type");
  }
  if (!IsTraceparent(read.envelope.traceparent)) read.envelope.traceparent.clear();
  return Event{.id = read.envelope.id,
               .type = std::move(read.envelope.type),
               .order_id = read.data.order_id,
               .order_version = read.data.order_version,
               .payload = std::string(body),
               .traceparent = std::move(read.envelope.traceparent)};
}

EnterNotifications::EnterNotifications(Ledger& ledger, std::vector<ChannelQueue*> queues, EventMetrics metrics)
    : ledger_(ledger), queues_(std::move(queues)), metrics_(metrics) {}

absl::StatusOr<std::vector<Verdict>> EnterNotifications::Run(absl::Span<const rabbitmq::Delivery> deliveries) {
  std::vector<Verdict> verdicts(deliveries.size(), Verdict::kBury);
  int ignored = 0;
  std::vector<Event> events;
  std::vector<std::size_t> index_of;  // of an event, among the deliveries
  events.reserve(deliveries.size());
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    absl::StatusOr<Event> event = ReadEvent(deliveries[i].message.body);
    if (absl::IsUnimplemented(event.status())) {
      verdicts[i] = Verdict::kAck;
      ++ignored;
      continue;
    }
    if (!event.ok()) {
      if (refused_.Add()) {
        base::LogWarning("event_refused", {{"message_id", deliveries[i].message.message_id},
                                           {"routing_key", deliveries[i].message.routing_key},
                                           {"error", event.status().ToString()},
                                           {"failures", refused_.count()}});
      }
      continue;
    }
    events.push_back(*std::move(event));
    index_of.push_back(i);
  }

  if (events.size() + ignored == deliveries.size()) refused_.End();

  std::vector<const Event*> all;
  for (const Event& event : events) all.push_back(&event);
  absl::Status entered = Enter(all);
  if (entered.ok()) {
    not_entered_.End();
    for (std::size_t i : index_of) verdicts[i] = Verdict::kAck;
  } else if (absl::IsInvalidArgument(entered)) {
    // One of them is at fault: the others must not wait for it.
    for (std::size_t i = 0; i < all.size(); ++i) {
      const absl::Status alone = all.size() == 1 ? entered : Enter({all[i]});
      if (!alone.ok() && !absl::IsInvalidArgument(alone)) return alone;
      verdicts[index_of[i]] = alone.ok() ? Verdict::kAck : Verdict::kRetry;
      if (alone.ok()) continue;
      metrics_.requeued.Add();
      if (not_entered_.Add()) {
        base::LogWarning(
            "event_not_entered",
            {{"event_id", all[i]->id.ToString()}, {"error", alone.ToString()}, {"failures", not_entered_.count()}});
      }
    }
  } else {
    return entered;
  }
  metrics_.received.Add(static_cast<double>(deliveries.size()));
  metrics_.ignored.Add(ignored);
  metrics_.refused.Add(static_cast<double>(deliveries.size() - events.size()) - ignored);
  metrics_.batch_size.Observe(static_cast<double>(deliveries.size()));
  return verdicts;
}

absl::Status EnterNotifications::Enter(absl::Span<const Event* const> events) {
  if (events.empty()) return absl::OkStatus();
  std::vector<NewNotification> notifications;
  std::vector<int> reserved;
  notifications.reserve(events.size() * queues_.size());
  for (ChannelQueue* queue : queues_) {
    int places = queue->Reserve(static_cast<int>(events.size()));
    reserved.push_back(places);
    for (const Event* event : events) {
      notifications.push_back(
          {.event = event, .channel = queue->channel(), .keep_payload = queue->keeps_payload(), .claim = places-- > 0});
    }
  }

  absl::StatusOr<Entered> entered = ledger_.Enter(notifications);
  std::vector<std::vector<ClaimedNotification>> claimed(queues_.size());
  if (entered.ok()) {
    metrics_.deduped.Add(static_cast<double>(notifications.size()) - entered->inserted);
    for (ClaimedNotification& notification : entered->claimed) {
      const auto queue = std::find_if(queues_.begin(), queues_.end(),
                                      [&](ChannelQueue* o) { return o->channel() == notification.channel; });
      claimed[static_cast<std::size_t>(queue - queues_.begin())].push_back(std::move(notification));
    }
  }
  for (std::size_t i = 0; i < queues_.size(); ++i) queues_[i]->Offer(std::move(claimed[i]), reserved[i]);
  return entered.status();
}

}  // namespace ordermesh::notifier
