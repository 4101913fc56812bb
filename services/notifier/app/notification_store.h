// The ledger as operators see it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "services/notifier/app/notification.h"

namespace ordermesh::notifier {

struct StoredNotification {
  base::Uuid id, event_id, order_id;
  std::string event_type;
  Channel channel = Channel::kLog;
  State state = State::kPending;
  int attempts = 0;
  std::optional<absl::Time> next_attempt;  // pending, and neither being sent nor blocked
  std::string last_error;
  absl::Time created_at;
  std::optional<absl::Time> sent_at;
};

struct NotificationQuery {
  std::optional<base::Uuid> order_id;
  std::optional<State> state;
  std::optional<api::TimeAndId> after;
  int limit = 20;
};

// Belongs to one thread. Errors as in Ledger.
class NotificationStore {
 public:
  virtual ~NotificationStore() = default;
  // Newest first.
  virtual absl::StatusOr<std::vector<StoredNotification>> List(const NotificationQuery& query) = 0;
  // Makes it due at once, its attempts counted anew.
  //   kNotFound            there is none with this id
  //   kAlreadyExists       it was sent, and not `even_if_sent`
  //   kFailedPrecondition  it is being sent just now, or was not tried yet
  virtual absl::StatusOr<StoredNotification> Resend(const base::Uuid& id, bool even_if_sent) = 0;
};

}  // namespace ordermesh::notifier
