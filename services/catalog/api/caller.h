// Who calls, as requests are told apart by.
#pragma once

#include "absl/status/status.h"
#include "libs/mesh/call.h"

namespace ordermesh::catalog {

// INVALID_ARGUMENT, CALLER_MALFORMED: not 1 to 128 visible ASCII characters.
absl::Status CheckCaller(const mesh::CallContext& call);

}  // namespace ordermesh::catalog
