// What the gateway refuses by itself. Each carries a domain::Refusal with its reason.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/domain/order.h"

namespace ordermesh::gateway {

absl::Status OrderNotFound(const domain::OrderId& id);
absl::Status CallerMalformed();
absl::Status CustomerIdMalformed(absl::string_view problem);
absl::Status EtagStale(const domain::OrderId& id);
absl::Status IdempotencyKeyReused();
absl::Status OrderTooLarge(std::size_t bytes, std::size_t limit);
// Beyond a limit of ours: what is full, in words.
absl::Status Overloaded(absl::string_view what, absl::Duration retry_after);
absl::Status ShuttingDown();
// The caller is gone, or its deadline has passed: nothing was changed.
absl::Status GivenUp(bool cancelled);
absl::Status ValidationUnavailable(absl::string_view detail);
absl::Status DatabaseUnavailable(absl::string_view detail);
// What matches was not found in the time that a statement has.
absl::Status FilterTooBroad();
// The database went away while it committed, and stayed away.
absl::Status OutcomeUnknown(absl::string_view detail);
// Another transaction holds what is needed for longer than we wait.
absl::Status Locked(absl::string_view what);
// The database can't hold what the order says.
absl::Status DataRefused(absl::string_view sqlstate);

}  // namespace ordermesh::gateway
