// The id that makes a request safe to repeat.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::domain {

inline constexpr int kMaxRequestId = 128;  // characters

// The request id of a call from its field `request_id` and its header `Idempotency-Key`; each empty when not given, and
// empty when neither is. The header may be quoted, as a structured field (RFC 8941): then \" and \\ stand for
// themselves.
//   kInvalidArgument  REQUEST_ID_MALFORMED: not 1 to 128 characters of 0x21 to 0x7E, or bad quotes;
//                     REQUEST_IDS_DIFFER: both are given and differ
absl::StatusOr<std::string> RequestIdFrom(absl::string_view field, absl::string_view header);

}  // namespace ordermesh::domain
