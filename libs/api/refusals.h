// Refusals that mean the same in every service: one shape, one reason and one wording each. Each carries a
// domain::Refusal with a reason of docs/errors.md; that of a single field is domain::FieldRefused, that of a store
// StoreRefusal. What only one service refuses stands there. A message says hop, object, next step, and what a client
// may see: never what a database or a library said.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace ordermesh::api {

// How long to wait before a repeat, where nothing better is known.
inline constexpr absl::Duration kRetrySoon = absl::Milliseconds(200);

// NOT_FOUND; `reason` is the resource's own, "ORDER_NOT_FOUND"; `type` and `name` are google.rpc.ResourceInfo's,
// "Order".
absl::Status NotFound(const char* reason, absl::string_view type, absl::string_view name);
// ABORTED, ETAG_STALE: it has another version than the etag says.
absl::Status EtagStale(absl::string_view type, absl::string_view name);
// INVALID_ARGUMENT, IDEMPOTENCY_KEY_REUSED: the request id made `what`, "an order", with another payload.
absl::Status IdempotencyKeyReused(absl::string_view what);
// INVALID_ARGUMENT, BATCH_SIZE_OUT_OF_RANGE: `count` of `field` are not 1 to `most`.
absl::Status BatchSizeOutOfRange(absl::string_view field, std::int64_t count, std::int64_t most);
// INVALID_ARGUMENT, FILTER_TOO_BROAD: what matches is not found in the time that a statement has. `narrow` says what to
// do, "filter by customer".
absl::Status FilterTooBroad(absl::string_view narrow);

// RESOURCE_EXHAUSTED, OVERLOADED: a limit of ours is reached, and nothing was done. `what` is full, in words.
absl::Status Overloaded(absl::string_view hop, absl::string_view what, absl::Duration retry_after = kRetrySoon);
// UNAVAILABLE: `hop` has a `problem`, "not reachable"; `reason` is the hop's own, "DATABASE_UNAVAILABLE".
absl::Status Unavailable(const char* reason, absl::string_view hop, absl::string_view problem,
                         absl::Duration retry_after = kRetrySoon);
// UNAVAILABLE, LOCKED: another transaction holds `what` for longer than we wait.
absl::Status Locked(absl::string_view hop, absl::string_view what);
// UNAVAILABLE, SHUTTING_DOWN.
absl::Status ShuttingDown();

// Nobody waits for the answer any more. DEADLINE_EXCEEDED and CANCELLED.
absl::Status DeadlinePassed();
absl::Status CallerGone();
// DEADLINE_EXCEEDED: `hop` was lost while it committed, and stayed away; what is known of it stands in `detail`.
absl::Status OutcomeUnknown(absl::string_view hop, absl::string_view detail);

}  // namespace ordermesh::api
