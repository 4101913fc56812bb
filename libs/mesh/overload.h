// The refusal of a server that has enough to do.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

#include "absl/time/time.h"

namespace ordermesh::mesh {

// RESOURCE_EXHAUSTED with google.rpc.RetryInfo and ErrorInfo (reason OVERLOADED), ready to be sent.
grpc::Status OverloadedStatus(const std::string& message, absl::Duration retry_after);

}  // namespace ordermesh::mesh
