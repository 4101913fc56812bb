// Calls to other services, as coroutines on a lane.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/async_unary_call.h>

#include <memory>

#include "libs/aio/task.h"
#include "libs/base/deadline.h"
#include "libs/base/trace.h"
#include "libs/mesh/grpc_lane.h"
#include "libs/mesh/tag.h"

namespace ordermesh::mesh {

// A call without a deadline gets this one.
inline constexpr absl::Duration kDefaultCallTimeout = absl::Seconds(5);

// Says until when the call is worth something and of which trace it is part.
void PrepareContext(grpc::ClientContext& context, base::Deadline deadline, const base::TraceContext& trace);

namespace internal {
// The context's deadline, which it gets where it has none.
base::SteadyTime EnsureDeadline(grpc::ClientContext& context, base::Timer& timer);
grpc::Status LaneIsClosing();
grpc::Status DeadlineExceeded();
}  // namespace internal

// Makes a unary call on `lane`, from its thread. What it is given must live until it ends. UNAVAILABLE also when the
// lane is closing.
//
//   grpc::ClientContext context;
//   mesh::PrepareContext(context, deadline, call.trace());
//   auto ask = mesh::UnaryCall(lane, *stub_, &Stub::PrepareAsyncBatchValidateOrders, context, request, reply);
//   grpc::Status status = co_await ask;
template <class Stub, class Prepare, class Request, class Reply>
aio::Task<grpc::Status> UnaryCall(GrpcLane& lane, Stub& stub, Prepare prepare, grpc::ClientContext& context,
                                  const Request& request, Reply& reply) {
  const GrpcLane::Use use(lane);
  if (!use.ok()) co_return internal::LaneIsClosing();
  // gRPC's own timers wait on the wall clock, and would end the call late when that was set back.
  bool late = false;
  const aio::Lane::TimerId timer = lane.At(internal::EnsureDeadline(context, lane.timer()), [&] {
    late = true;
    context.TryCancel();
  });
  auto call = (stub.*prepare)(&context, request, lane.queue());
  grpc::Status status;
  Op finish([&](void* tag) {
    call->StartCall();
    call->Finish(&reply, &status, tag);
  });
  co_await finish;
  lane.Cancel(timer);
  if (late && status.error_code() == grpc::StatusCode::CANCELLED) co_return internal::DeadlineExceeded();
  co_return status;
}

}  // namespace ordermesh::mesh
