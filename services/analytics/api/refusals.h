// What only analytics refuses, and what its stores' failures mean. Each carries a domain::Refusal with its reason.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::analytics {

absl::Status WindowInvalid(absl::string_view field, absl::string_view problem);
absl::Status TooManyRows(int most);
// Of what the pool of stores, or a store, answered; a refusal stays as it is.
absl::Status StoreRefused(const absl::Status& status);
// Of what the broker answered. Its words go no further than our log.
absl::Status BrokerUnavailable(const absl::Status& status);

}  // namespace ordermesh::analytics
