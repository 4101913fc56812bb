// Watches the validation service that the gateway needs.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <thread>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/mesh/health.h"

namespace ordermesh::gateway {

// Reports "validation" to the readiness: whether the health service answers SERVING over the channel that the orders
// take, within two seconds of a change. The dependencies must outlive it.
class ValidationMonitor {
 public:
  static constexpr char kValidation[] = "validation";

  ValidationMonitor(std::shared_ptr<grpc::Channel> channel, mesh::Readiness& readiness, base::Clock& clock);

 private:
  void Loop(std::stop_token stop);

  const std::shared_ptr<grpc::Channel> channel_;
  mesh::Readiness& readiness_;
  base::Clock& clock_;
  std::jthread thread_;  // Last: it uses what stands above.
};

}  // namespace ordermesh::gateway
