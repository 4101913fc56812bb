#include "libs/mesh/call_client.h"

#include "libs/mesh/grpc_time.h"

namespace ordermesh::mesh {

void PrepareContext(grpc::ClientContext& context, base::Deadline deadline, const base::TraceContext& trace) {
  context.set_deadline(ToGprTime(deadline.time()));
  context.AddMetadata("traceparent", trace.traceparent());
}

namespace internal {

base::SteadyTime EnsureDeadline(grpc::ClientContext& context, base::Timer& timer) {
  if (const base::SteadyTime set = FromGprTime(context.raw_deadline()); set != base::SteadyTime::InfiniteFuture()) {
    return set;
  }
  const base::SteadyTime deadline = timer.SteadyNow() + kDefaultCallTimeout;
  context.set_deadline(ToGprTime(deadline));
  return deadline;
}

grpc::Status LaneIsClosing() {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the process is stopping; no call was made");
}

grpc::Status DeadlineExceeded() { return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"); }

}  // namespace internal
}  // namespace ordermesh::mesh
