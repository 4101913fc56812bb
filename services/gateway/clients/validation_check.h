// Whether the validation service, which the gateway needs, is ready.
#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <memory>

#include "absl/status/status.h"

namespace ordermesh::gateway {

// Asks the health service over the channel that the orders take: not OK unless it answers SERVING within a second.
std::function<absl::Status()> ValidationCheck(std::shared_ptr<grpc::Channel> channel);

}  // namespace ordermesh::gateway
