// A process of the mesh for process_test.cc.
#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "libs/mesh/process.h"
#include "libs/mesh/server.h"
#include "ordermesh/testing/v1/echo.grpc.pb.h"

namespace ordermesh::mesh {
namespace {

using ordermesh::testing::v1::EchoReply;
using ordermesh::testing::v1::EchoRequest;
using ordermesh::testing::v1::EchoService;

struct Config {
  ProcessConfig process;
  std::string secret;
  std::string trouble;  // what goes wrong before it serves

  void Declare(base::ConfigFields& fields) {
    fields.Text("secret", secret, "never shown").Secret();
    fields.Text("trouble", trouble, "none, internal, invalid, denied, hang, away");
  }
};

// "drained" ends 50 ms after the process was told to stop; "stuck" never does; "fail" makes the process stop.
aio::Task<grpc::Status> Echo(Process& process, CallContext& call, const EchoRequest& request, EchoReply& reply) {
  reply.set_text(request.text());
  if (request.text() == "fail") process.RequestStop(absl::InternalError("it can't go on"));
  if (request.text() == "stuck" || request.text() == "drained") {
    while (request.text() == "stuck" || process.readiness().ready()) {
      auto sleep = call.lane().Sleep(absl::Milliseconds(50));
      co_await sleep;
    }
  }
  co_return grpc::Status::OK;
}

absl::Status Assemble(Config& config, Process& process) {
  if (config.trouble == "internal") return absl::InternalError("a broken invariant");
  if (config.trouble == "invalid") return absl::InvalidArgumentError("amqp_url: not a URL");
  if (config.trouble == "denied") return absl::PermissionDeniedError("rabbitmq: login refused");
  if (config.trouble == "hang") {
    base::SystemTimer().SleepFor(absl::InfiniteDuration(), std::stop_token());
  }
  EchoService::AsyncService service;
  constexpr char kEcho[] = "ordermesh.testing.v1.EchoService";
  process.SetDependencies({"postgres"}, {{kEcho, {"postgres"}}});
  if (config.trouble == "away") {
    process.SetDependencies({"postgres", "kafka"}, {{kEcho, {"postgres"}}, {absl::StrCat(kEcho, "/Later"), {"kafka"}}});
  }
  process.server().Add(&service);
  using Service = EchoService::AsyncService;
  process.server().Unary(
      "Echo", &service, &Service::RequestEcho,
      [&process](CallContext& call, const EchoRequest& in, EchoReply& out) { return Echo(process, call, in, out); });
  process.OnStop([] { std::fputs("first stopped\n", stderr); });
  process.OnStop([] { std::fputs("second stopped\n", stderr); });
  process.readiness().Report("postgres", absl::OkStatus());
  return process.Serve();
}

}  // namespace
}  // namespace ordermesh::mesh

int main(int argc, char** argv) {
  ordermesh::mesh::Config config;
  config.process.listen = "127.0.0.1:0";
  config.process.ops_listen = "127.0.0.1:0";
  return ordermesh::mesh::RunProcess(
      "example", config.process, argc, argv, [&](ordermesh::base::ConfigFields& fields) { config.Declare(fields); },
      [&](ordermesh::mesh::Process& process) { return Assemble(config, process); });
}
