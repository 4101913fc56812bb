#include "libs/mesh/health_service.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <future>

#include "libs/mesh/echo_for_test.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;

class HealthServiceTest : public ::testing::Test {
 protected:
  HealthServiceTest() : health_(readiness_, echo_.server()) {
    EXPECT_THAT(echo_.server().Start(), IsOk());
    stub_ = Health::NewStub(grpc::CreateChannel(echo_.server().address(), grpc::InsecureChannelCredentials()));
  }
  ~HealthServiceTest() override { echo_.server().Drain(absl::ZeroDuration()); }

  static HealthCheckRequest Of(const std::string& service) {
    HealthCheckRequest request;
    request.set_service(service);
    return request;
  }
  HealthCheckResponse::ServingStatus Check(const std::string& service) {
    grpc::ClientContext context;
    HealthCheckResponse response;
    EXPECT_THAT(stub_->Check(&context, Of(service), &response), IsOk()) << service;
    return response.status();
  }
  static HealthCheckResponse::ServingStatus Next(grpc::ClientReader<HealthCheckResponse>& watch) {
    HealthCheckResponse response;
    EXPECT_TRUE(watch.Read(&response));
    return response.status();
  }

  Readiness readiness_{{"postgres"}};
  EchoServer echo_;
  HealthService health_;
  std::unique_ptr<Health::Stub> stub_;
};

TEST_F(HealthServiceTest, ChecksWhatReadinessSays) {
  for (const char* service : {"", "readiness", "ordermesh.testing.v1.EchoService", "grpc.health.v1.Health"}) {
    readiness_.Report("postgres", absl::UnavailableError("down"));
    EXPECT_EQ(Check(service), HealthCheckResponse::NOT_SERVING) << service;
    readiness_.Report("postgres", absl::OkStatus());
    EXPECT_EQ(Check(service), HealthCheckResponse::SERVING) << service;
  }
}

TEST_F(HealthServiceTest, IsAliveWithoutBeingReady) {
  EXPECT_EQ(Check("liveness"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Check("readiness"), HealthCheckResponse::NOT_SERVING);
}

TEST_F(HealthServiceTest, DoesNotKnowOtherServices) {
  grpc::ClientContext context, watching;
  HealthCheckResponse response;
  EXPECT_THAT(stub_->Check(&context, Of("nonsense"), &response), StatusIs(absl::StatusCode::kNotFound));
  const auto watch = stub_->Watch(&watching, Of("nonsense"));
  EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVICE_UNKNOWN);
  watching.TryCancel();
  EXPECT_FALSE(watch->Finish().ok());
}

TEST_F(HealthServiceTest, SaysOfAGroupWhatReadinessSaysOfIt) {
  constexpr char kEcho[] = "ordermesh.testing.v1.EchoService";
  constexpr char kEchoWithKafka[] = "ordermesh.testing.v1.EchoService/EchoLater";
  Readiness readiness({"postgres", "kafka"}, {{kEcho, {"postgres"}}, {kEchoWithKafka, {"postgres", "kafka"}}});
  EchoServer echo;
  HealthService health(readiness, echo.server());
  ASSERT_THAT(echo.server().Start(), IsOk());
  stub_ = Health::NewStub(grpc::CreateChannel(echo.server().address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  const auto watch = stub_->Watch(&context, Of(kEchoWithKafka));
  EXPECT_EQ(Next(*watch), HealthCheckResponse::NOT_SERVING);
  readiness.Report("kafka", absl::OkStatus());
  readiness.Report("postgres", absl::OkStatus());
  EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVING);
  readiness.Report("kafka", absl::UnavailableError("down"));
  EXPECT_EQ(Next(*watch), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(Check(kEchoWithKafka), HealthCheckResponse::NOT_SERVING);
  for (const char* served : {kEcho, "", "readiness", "grpc.health.v1.Health"}) {
    EXPECT_EQ(Check(served), HealthCheckResponse::SERVING) << served;
  }
  context.TryCancel();
  EXPECT_THAT(watch->Finish(), StatusIs(absl::StatusCode::kCancelled));
  echo.server().Drain(absl::ZeroDuration());
}

TEST_F(HealthServiceTest, TellsEveryWatcherEveryChange) {
  grpc::ClientContext contexts[3];
  std::vector<std::unique_ptr<grpc::ClientReader<HealthCheckResponse>>> watches;
  for (auto& context : contexts) watches.push_back(stub_->Watch(&context, Of("")));
  for (auto& watch : watches) EXPECT_EQ(Next(*watch), HealthCheckResponse::NOT_SERVING);
  readiness_.Report("postgres", absl::OkStatus());
  for (auto& watch : watches) EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVING);
  readiness_.Report("postgres", absl::UnavailableError("down"));
  for (auto& watch : watches) EXPECT_EQ(Next(*watch), HealthCheckResponse::NOT_SERVING);
  for (auto& context : contexts) context.TryCancel();
  for (auto& watch : watches) EXPECT_THAT(watch->Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(HealthServiceTest, TellsWatchersThatItStopsAndEndsThem) {
  readiness_.Report("postgres", absl::OkStatus());
  grpc::ClientContext context;
  const auto watch = stub_->Watch(&context, Of(""));
  EXPECT_EQ(Next(*watch), HealthCheckResponse::SERVING);
  readiness_.StartDraining();
  EXPECT_EQ(Next(*watch), HealthCheckResponse::NOT_SERVING);
  std::future<void> drained = std::async(std::launch::async, [&] { echo_.server().Drain(absl::Seconds(60)); });
  EXPECT_THAT(watch->Finish(), StatusIs(absl::StatusCode::kUnavailable));
  drained.get();
}

TEST_F(HealthServiceTest, AnswersWhenTheServerIsFull) {
  ServerOptions options = EchoServer::Options();
  options.max_calls = 1;
  EchoServer full(options);
  HealthService health(readiness_, full.server());
  ASSERT_THAT(full.server().Start(), IsOk());
  const auto stub = full.MakeStub();
  std::future<grpc::Status> busy = std::async(std::launch::async, [&] {
    grpc::ClientContext context;
    EchoServer::EchoRequest request;
    request.set_text("wait");
    EchoServer::EchoReply reply;
    return stub->Echo(&context, request, &reply);
  });
  full.gate().AwaitWaiting(1);
  const auto health_stub =
      Health::NewStub(grpc::CreateChannel(full.server().address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  HealthCheckResponse response;
  EXPECT_THAT(health_stub->Check(&context, Of("liveness"), &response), IsOk());
  full.gate().Open();
  EXPECT_THAT(busy.get(), IsOk());
  full.server().Drain(absl::Seconds(1));
}

}  // namespace
}  // namespace ordermesh::mesh
