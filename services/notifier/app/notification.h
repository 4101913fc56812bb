// What the notifier keeps of an event, and what it hands to a sender.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/steady_time.h"
#include "libs/base/uuid.h"

namespace ordermesh::notifier {

// The numbers are stored, and those of ordermesh.notifications.v1.
enum class Channel { kEmail = 1, kWebhook = 2, kLog = 3 };
enum class State { kPending = 1, kSent = 2, kFailed = 3 };

inline constexpr Channel kChannels[] = {Channel::kEmail, Channel::kWebhook, Channel::kLog};

// "email", "webhook", "log": as configuration and metrics have it.
absl::string_view ChannelName(Channel channel);

// Whom a channel reaches: a role, never an address. Part of what makes a notification unique.
absl::string_view RecipientOf(Channel channel);

// An event about an order, as it came from the queue.
struct Event {
  base::Uuid id;
  std::string type;
  base::Uuid order_id;
  std::int64_t order_version = 0;
  std::string payload;      // the message as it came: CloudEvents JSON
  std::string traceparent;  // empty: none came along
};

// The id of the notification about an event by a channel to a recipient: always the same, and sorted by the event's
// time as event ids are.
base::Uuid NotificationId(const base::Uuid& event_id, Channel channel, absl::string_view recipient);

// A claimed notification: whoever holds it may send it once, before `lease_end`.
struct ClaimedNotification {
  base::Uuid id;
  int claim = 0;    // which claim of the row this is; marks are for this one only
  int attempt = 0;  // 1: the first
  Channel channel = Channel::kLog;
  Event event;
  std::string contact;         // of the order, e-mail only; empty when the order is not there
  bool wants_updates = false;  // its customer wants mail about updates; e-mail only, and not looked up for version 1
  absl::Time created_at;       // when the ledger heard of it
  base::SteadyTime lease_end;  // by our clock, and on the safe side
};

}  // namespace ordermesh::notifier
