// Resends of many notifications at once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::notifier {

// What failed with `error_contains` in its error, in [failed_from, failed_before); when that is empty, all but what its
// recipient did not want. What was sent counts as failed when
// it was sent, and only `even_if_sent`. Times are whole microseconds.
struct ResendFilter {
  std::string error_contains;
  absl::Time failed_from = absl::InfinitePast();
  absl::Time failed_before = absl::InfiniteFuture();
  bool even_if_sent = false;

  friend bool operator==(const ResendFilter&, const ResendFilter&) = default;
};

struct Resend {
  base::Uuid id;
  ResendFilter filter;
  bool counted = false;        // `matched` is the total
  std::int64_t matched = 0;    // by the filter, when they were counted
  std::int64_t scheduled = 0;  // so far; others may have been resent, or pruned, since they were counted
  absl::Time created_at;
  std::optional<absl::Time> done_at;
};

// Belongs to one thread. Errors as in Ledger.
class ResendStore {
 public:
  virtual ~ResendStore() = default;
  // Takes it in, under `id`. Repeating a request id gives what it made first, as it is now.
  //   kAlreadyExists  the request id was used with another filter
  virtual absl::StatusOr<Resend> Start(const base::Uuid& id, absl::string_view request_id,
                                       const ResendFilter& filter) = 0;
  // kNotFound: there is none with this id.
  virtual absl::StatusOr<Resend> Get(const base::Uuid& id) = 0;
  // Goes on with the oldest that is not done, for `limit` notifications or past as many: counts them first, then makes
  // them due as NotificationStore::Resend does. What failed since it was started is left alone. Gives whether there was
  // one to go on with; of several who call it at the same time, one has it.
  virtual absl::StatusOr<bool> Advance(int limit) = 0;
};

}  // namespace ordermesh::notifier
