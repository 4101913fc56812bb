// What NotificationService refuses, with the reasons of docs/errors.md.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"

namespace ordermesh::notifier {

absl::StatusOr<base::Uuid> ReadId(absl::string_view text, absl::string_view field);
// A request that has to have a request id has none.
absl::Status RequestIdMissing();
// It was used with another filter.
absl::Status RequestIdReused();
// A store's or the broker's error as the client gets it: not found, sent already, busy, or not to be had just now.
absl::Status AsRefusal(const absl::Status& status, absl::string_view not_found_reason);
// The same for a list. The database's own limit on a statement (57014) means that too much had to be looked at.
absl::Status AsListRefusal(const absl::Status& status);

}  // namespace ordermesh::notifier
