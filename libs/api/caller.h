// Who calls, as requests and rows are told apart by.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/domain/limits.h"

namespace ordermesh::api {

inline constexpr int kMaxCaller = domain::kMaxCallerBytes;

// `caller` is the metadata x-ordermesh-caller, or "default". INVALID_ARGUMENT, CALLER_MALFORMED: not 1 to kMaxCaller
// visible ASCII characters.
absl::Status CheckCaller(absl::string_view caller);

}  // namespace ordermesh::api
