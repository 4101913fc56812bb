#include "libs/mesh/overload.h"

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace ordermesh::mesh {

grpc::Status OverloadedStatus(const std::string& message, absl::Duration retry_after) {
  google::rpc::Status rich;
  rich.set_code(grpc::StatusCode::RESOURCE_EXHAUSTED);
  rich.set_message(message);
  google::rpc::ErrorInfo error;
  error.set_reason("OVERLOADED");
  error.set_domain("ordermesh");
  rich.add_details()->PackFrom(error);
  google::rpc::RetryInfo retry;
  const timespec delay = absl::ToTimespec(retry_after);
  retry.mutable_retry_delay()->set_seconds(delay.tv_sec);
  retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(delay.tv_nsec));
  rich.add_details()->PackFrom(retry);
  return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, message, rich.SerializeAsString());
}

}  // namespace ordermesh::mesh
