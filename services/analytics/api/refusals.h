// What analytics refuses by itself. Each carries a domain::Refusal with its reason.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::analytics {

absl::Status WindowInvalid(absl::string_view field, absl::string_view problem);
absl::Status TooManyRows(int most);
// Of the answer of the pool of stores: what it refused to run gets a reason, the rest stays as it is.
absl::Status NotRun(const absl::Status& status);
// Of what the store or the broker answered. Their own words go no further than our log: they may quote data.
absl::Status DatabaseFailed(const absl::Status& status);
absl::Status BrokerUnavailable(const absl::Status& status);

}  // namespace ordermesh::analytics
