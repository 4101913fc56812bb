#include "services/gateway/clients/validation_check.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "libs/base/timer.h"
#include "libs/mesh/grpc_time.h"

namespace ordermesh::gateway {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kTimeout = absl::Milliseconds(900);

absl::Status Check(Health::Stub& stub) {
  grpc::ClientContext context;
  context.set_deadline(mesh::ToGprTime(base::SystemTimer().SteadyNow() + kTimeout));
  HealthCheckResponse response;
  const grpc::Status status = stub.Check(&context, HealthCheckRequest(), &response);
  if (!status.ok()) {
    return absl::UnavailableError(absl::StrCat("no validator answers: ", status.error_message()));
  }
  if (response.status() != HealthCheckResponse::SERVING) return absl::UnavailableError("the validator is not ready");
  return absl::OkStatus();
}

}  // namespace

std::function<absl::Status()> ValidationCheck(std::shared_ptr<grpc::Channel> channel) {
  const std::shared_ptr<Health::Stub> stub = Health::NewStub(std::move(channel));
  return [stub] { return Check(*stub); };
}

}  // namespace ordermesh::gateway
