#include "services/gateway/validation_monitor.h"

#include <grpcpp/client_context.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace ordermesh::gateway {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kTimeout = absl::Milliseconds(900);
constexpr absl::Duration kInterval = absl::Milliseconds(300);

absl::Status Check(Health::Stub& stub) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kTimeout));
  HealthCheckResponse response;
  const grpc::Status status = stub.Check(&context, HealthCheckRequest(), &response);
  if (!status.ok()) {
    return absl::UnavailableError(absl::StrCat("no validator answers: ", status.error_message()));
  }
  if (response.status() != HealthCheckResponse::SERVING) return absl::UnavailableError("the validator is not ready");
  return absl::OkStatus();
}

}  // namespace

ValidationMonitor::ValidationMonitor(std::shared_ptr<grpc::Channel> channel, mesh::Readiness& readiness,
                                     base::Clock& clock)
    : channel_(std::move(channel)),
      readiness_(readiness),
      clock_(clock),
      thread_([this](std::stop_token stop) { Loop(std::move(stop)); }) {}

void ValidationMonitor::Loop(std::stop_token stop) {
  const std::unique_ptr<Health::Stub> stub = Health::NewStub(channel_);
  do {
    readiness_.Report(kValidation, Check(*stub));
  } while (clock_.SleepFor(kInterval, stop));
}

}  // namespace ordermesh::gateway
