// Messages that were given up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "libs/messaging/message.h"

namespace ordermesh::notifier {

struct DeadLetter {
  base::Uuid id;
  std::string message_id, routing_key, content_type, reason;
  messaging::Headers headers;
  std::string body;  // List leaves it out
  std::int64_t body_bytes = 0;
  absl::Time created_at;
  std::optional<absl::Time> redriven_at;
};

// Belongs to one thread. Errors as in Ledger.
class DeadLetterStore {
 public:
  virtual ~DeadLetterStore() = default;
  // Keeps them. One that waits already (the same message id and body, not redriven since) is kept once. Gives how many
  // are new. `created_at`, `redriven_at` and `body_bytes` are the store's to set.
  virtual absl::StatusOr<int> Keep(absl::Span<const DeadLetter> letters) = 0;
  // Newest first, without bodies.
  virtual absl::StatusOr<std::vector<DeadLetter>> List(const std::optional<api::TimeAndId>& after, int limit) = 0;
  // In the order of `ids`, with bodies. kNotFound, naming it: one is unknown.
  virtual absl::StatusOr<std::vector<DeadLetter>> Get(absl::Span<const base::Uuid> ids) = 0;
  virtual absl::Status MarkRedriven(absl::Span<const base::Uuid> ids) = 0;
  // Deletes what was redriven and is older than `age`, at most `limit`. What still waits is for somebody to decide on.
  virtual absl::StatusOr<std::int64_t> Prune(absl::Duration age, int limit) = 0;
};

}  // namespace ordermesh::notifier
