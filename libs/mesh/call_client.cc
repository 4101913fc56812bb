#include "libs/mesh/call_client.h"

#include <chrono>

#include "absl/time/clock.h"

namespace ordermesh::mesh {

void PrepareContext(grpc::ClientContext& context, base::Deadline deadline, const base::TraceContext& trace) {
  context.set_deadline(absl::ToChronoTime(deadline.time()));
  context.AddMetadata("traceparent", trace.traceparent());
}

namespace internal {

void EnsureDeadline(grpc::ClientContext& context) {
  if (context.deadline() != std::chrono::system_clock::time_point::max()) return;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kDefaultCallTimeout));
}

grpc::Status LaneIsClosing() {
  return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the process is stopping; no call was made");
}

}  // namespace internal
}  // namespace ordermesh::mesh
