// ordermesh.validation.v1.ValidationService: decodes, calls the use case, maps its answer. No rules stand here.
#pragma once

#include <grpcpp/support/status.h>

#include "libs/aio/task.h"
#include "libs/mesh/server.h"
#include "ordermesh/validation/v1/validation.grpc.pb.h"
#include "services/validation/app/validate_orders.h"
#include "services/validation/validation_metrics.h"

namespace ordermesh::validation {

inline constexpr int kMaxBatch = 256;

// Thread-safe. The use case must outlive it, and it must outlive the server.
class ValidationService {
 public:
  ValidationService(const ValidateOrders& validate, OrderMetrics metrics) : validate_(validate), metrics_(metrics) {}

  // Before the server starts.
  void Register(mesh::Server& server);

  aio::Task<grpc::Status> Validate(mesh::CallContext& call, const v1::ValidateOrderRequest& request,
                                   v1::ValidateOrderResponse& reply);
  aio::Task<grpc::Status> BatchValidate(mesh::CallContext& call, const v1::BatchValidateOrdersRequest& request,
                                        v1::BatchValidateOrdersResponse& reply);
  aio::Task<grpc::Status> StreamValidate(
      mesh::CallContext& call, mesh::Stream<v1::StreamValidateOrdersRequest, v1::StreamValidateOrdersResponse>& stream);

 private:
  const ValidateOrders& validate_;
  const OrderMetrics metrics_;
  v1::ValidationService::AsyncService service_;
};

}  // namespace ordermesh::validation
