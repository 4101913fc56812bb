// What NotificationService refuses, with the reasons of docs/errors.md.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::notifier {

// A store's error as the client gets it: what the store's contract tells (there is none, sent already, busy), and what
// keeps it from working.
absl::Status AsRefusal(const absl::Status& status, absl::string_view not_found_reason);
// The same for a list.
absl::Status AsListRefusal(const absl::Status& status);

}  // namespace ordermesh::notifier
