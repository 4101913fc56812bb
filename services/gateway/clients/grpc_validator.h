// The validation service, over gRPC.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "libs/base/log_limit.h"
#include "libs/base/timer.h"
#include "ordermesh/validation/v1/validation.grpc.pb.h"
#include "services/gateway/app/validator.h"

namespace ordermesh::gateway {

// Calls BatchValidateOrders, which is balanced over all validators and tried again on UNAVAILABLE by the channel (see
// mesh::MakeChannel). A batch whose messages are too large is asked again in halves. Only for lanes of a mesh server.
// Thread-safe.
class GrpcValidator : public Validator {
 public:
  explicit GrpcValidator(std::shared_ptr<grpc::Channel> channel);

  aio::Task<absl::StatusOr<std::vector<Validation>>> Validate(aio::Lane& lane,
                                                              std::vector<const domain::NewOrder*> orders,
                                                              base::Deadline deadline,
                                                              std::string traceparent) override;

 private:
  // Any failure of the call means that nobody checked the orders: the caller may try again.
  absl::Status Unchecked(const grpc::Status& status, base::Timer& timer);

  const std::unique_ptr<validation::v1::ValidationService::Stub> stub_;
  base::FailureLog failures_;  // of calls, by code
};

}  // namespace ordermesh::gateway
