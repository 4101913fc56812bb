#include "services/validation/api/validation_service.h"

#include "libs/api/refusals.h"
#include "libs/wire/orders.h"
#include "libs/wire/status.h"
#include "libs/wire/time.h"
#include "libs/wire/validation.h"

namespace ordermesh::validation {
namespace {

using Async = v1::ValidationService::AsyncService;
using OrderStream = mesh::Stream<v1::StreamValidateOrdersRequest, v1::StreamValidateOrdersResponse>;

}  // namespace

void ValidationService::Register(mesh::Server& server) {
  server.Add(&service_);
  server.Unary("ValidateOrder", &service_, &Async::RequestValidateOrder,
               [this](auto& call, const auto& request, auto& reply) { return Validate(call, request, reply); });
  server.Unary("BatchValidateOrders", &service_, &Async::RequestBatchValidateOrders,
               [this](auto& call, const auto& request, auto& reply) { return BatchValidate(call, request, reply); });
  server.Bidi("StreamValidateOrders", &service_, &Async::RequestStreamValidateOrders,
              [this](auto& call, OrderStream& stream) { return StreamValidate(call, stream); });
}

aio::Task<grpc::Status> ValidationService::Validate(mesh::CallContext&, const v1::ValidateOrderRequest& request,
                                                    v1::ValidateOrderResponse& reply) {
  const absl::StatusOr<absl::Time> as_of = validate_.Run(
      1, [&](std::size_t) { return wire::NewOrderFromProto(request.order()); },
      [&](std::size_t, const domain::Verdict& verdict) { wire::VerdictToProto(verdict, *reply.mutable_validation()); });
  if (!as_of.ok()) co_return wire::ToGrpcStatus(as_of.status());
  wire::TimeToProto(*as_of, *reply.mutable_snapshot_time());
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> ValidationService::BatchValidate(mesh::CallContext&,
                                                         const v1::BatchValidateOrdersRequest& request,
                                                         v1::BatchValidateOrdersResponse& reply) {
  const int count = request.orders_size();
  if (count < 1 || count > kMaxBatch) {
    co_return wire::ToGrpcStatus(api::BatchSizeOutOfRange("orders", count, kMaxBatch));
  }
  metrics_.batch_orders.Observe(count);
  reply.mutable_validations()->Reserve(count);
  const absl::StatusOr<absl::Time> as_of = validate_.Run(
      static_cast<std::size_t>(count),
      [&](std::size_t i) { return wire::NewOrderFromProto(request.orders(static_cast<int>(i))); },
      [&](std::size_t, const domain::Verdict& verdict) { wire::VerdictToProto(verdict, *reply.add_validations()); });
  if (!as_of.ok()) co_return wire::ToGrpcStatus(as_of.status());
  wire::TimeToProto(*as_of, *reply.mutable_snapshot_time());
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> ValidationService::StreamValidate(mesh::CallContext&, OrderStream& stream) {
  v1::StreamValidateOrdersRequest request;
  v1::StreamValidateOrdersResponse reply;
  for (;;) {
    auto read = stream.Read(request);
    if (!co_await read) co_return grpc::Status::OK;
    reply.Clear();
    reply.set_sequence(request.sequence());
    const absl::StatusOr<absl::Time> as_of = validate_.Run(
        1, [&](std::size_t) { return wire::NewOrderFromProto(request.order()); },
        [&](std::size_t, const domain::Verdict& verdict) {
          wire::VerdictToProto(verdict, *reply.mutable_validation());
        });
    if (!as_of.ok()) co_return wire::ToGrpcStatus(as_of.status());
    auto written = stream.Write(reply);
    if (!co_await written) co_return grpc::Status::OK;
  }
}

}  // namespace ordermesh::validation
