// The id that makes a request safe to repeat.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/base/uuid.h"

namespace ordermesh::api {

inline constexpr int kMaxRequestId = 128;  // characters

// The request id of a call from its field `request_id` (empty: not given) and every header `Idempotency-Key` that it
// came with; empty when there is neither. A header may be quoted, as a structured field (RFC 8941): then \" and
// \\ stand for themselves. A header with nothing in it is a mistake, not the absence of a key: its sender counts on
// being safe.
//   kInvalidArgument  REQUEST_ID_MALFORMED: not 1 to 128 characters of 0x21 to 0x7E, or bad quotes;
//                     REQUEST_IDS_DIFFER: several are given and differ
absl::StatusOr<std::string> RequestIdFrom(absl::string_view field, absl::Span<const absl::string_view> headers);
// The same where there must be one: REQUEST_ID_MALFORMED also when there is neither.
absl::StatusOr<std::string> RequiredRequestId(absl::string_view field, absl::Span<const absl::string_view> headers);

// `given`; or an id of our making when it is empty, under which the request can be stored, though not be repeated.
std::string RequestIdOrNew(std::string given, base::IdSource& ids);

}  // namespace ordermesh::api
