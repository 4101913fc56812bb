#include "libs/mesh/channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/mesh/echo_for_test.h"
#include "libs/mesh/health_service.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ToGrpcTargetTest, ResolvesNamesAndTakesLists) {
  EXPECT_EQ(ToGrpcTarget("validation:50052"), "dns:///validation:50052");
  EXPECT_EQ(ToGrpcTarget("127.0.0.1:1,127.0.0.1:2"), "ipv4:127.0.0.1:1,127.0.0.1:2");
  EXPECT_EQ(ToGrpcTarget("[::1]:1,[::1]:2"), "ipv6:[::1]:1,[::1]:2");
  EXPECT_EQ(ToGrpcTarget("dns:///x:1"), "dns:///x:1");
  EXPECT_EQ(ToGrpcTarget("unix:/tmp/s"), "unix:/tmp/s");
}

TEST(ServiceConfigJsonTest, BalancesChecksAndRetries) {
  EXPECT_EQ(
      ServiceConfigJson({}),
      R"({"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":""},)"
      R"("methodConfig":[{"name":[{}],"waitForReady":false,"retryPolicy":{"maxAttempts":3,)"
      R"("initialBackoff":"0.05s","maxBackoff":"1s","backoffMultiplier":2,"retryableStatusCodes":["UNAVAILABLE","CANCELLED"]}}],)"
      R"("retryThrottling":{"maxTokens":10,"tokenRatio":0.1}})");
  EXPECT_THAT(ServiceConfigJson({.check_health = false, .retry = false}),
              AllOf(Not(HasSubstr("retry")), Not(HasSubstr("healthCheck"))));
}

// A member of the mesh: a server with the health service.
struct Member {
  explicit Member(const ServerOptions& options = EchoServer::Options())
      : echo(options), health(readiness, echo.server()) {
    EXPECT_THAT(echo.server().Start(), IsOk());
  }
  ~Member() { echo.server().Drain(absl::ZeroDuration()); }
  double Started() { return echo.metrics().AddCounter(kServerStarted, "", {{"method", "Echo"}}).Value(); }

  Readiness readiness{{}};
  EchoServer echo;
  HealthService health;
};

class ChannelTest : public ::testing::Test {
 protected:
  grpc::Status Echo(EchoServer::EchoService::Stub& stub, const std::string& text = "hello", bool wait = false) {
    grpc::ClientContext context;
    context.set_wait_for_ready(wait);
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    EchoServer::EchoRequest request;
    request.set_text(text);
    EchoServer::EchoReply reply;
    return stub.Echo(&context, request, &reply);
  }
  // Calls until `done()`, for a state that spreads in its own time.
  template <class Done>
  void EchoUntil(EchoServer::EchoService::Stub& stub, Done done) {
    while (!done()) EXPECT_THAT(Echo(stub), IsOk());
  }
};

TEST_F(ChannelTest, BalancesOverAllAddresses) {
  Member one, two;
  const auto stub = EchoServer::EchoService::NewStub(
      MakeChannel(absl::StrCat(one.echo.server().address(), ",", two.echo.server().address())));
  EXPECT_THAT(Echo(*stub, "hello", true), IsOk());
  EchoUntil(*stub, [&] { return one.Started() >= 10 && two.Started() >= 10; });
}

TEST_F(ChannelTest, CallsOnlyMembersThatAreReady) {
  Member one, two;
  const auto stub = EchoServer::EchoService::NewStub(
      MakeChannel(absl::StrCat(one.echo.server().address(), ",", two.echo.server().address())));
  EXPECT_THAT(Echo(*stub, "hello", true), IsOk());
  EchoUntil(*stub, [&] { return one.Started() > 0 && two.Started() > 0; });
  two.readiness.StartDraining();
  // Until the news has come: ten calls in a row that two did not see.
  for (int alone = 0; alone < 10;) {
    const double before = two.Started();
    EXPECT_THAT(Echo(*stub), IsOk());
    alone = two.Started() == before ? alone + 1 : 0;
  }
}

// The promise of a rolling restart: a member announces its end before it takes no more calls, and no call is lost.
TEST_F(ChannelTest, LosesNoCallWhenAMemberStops) {
  Member one;
  std::optional<Member> two(std::in_place);
  const auto stub = EchoServer::EchoService::NewStub(
      MakeChannel(absl::StrCat(one.echo.server().address(), ",", two->echo.server().address())));
  EXPECT_THAT(Echo(*stub, "hello", true), IsOk());
  EchoUntil(*stub, [&] { return two->Started() > 0; });
  two->readiness.StartDraining();
  for (int i = 0; i < 200; ++i) EXPECT_THAT(Echo(*stub), IsOk());
  two->echo.server().Drain(absl::Seconds(10));
  for (int i = 0; i < 200; ++i) EXPECT_THAT(Echo(*stub), IsOk());
}

TEST_F(ChannelTest, GoesThroughNoProxy) {
  // Docker puts one into the environment of its containers. Nobody listens there.
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  Member one;
  const auto stub = EchoServer::EchoService::NewStub(MakeChannel(one.echo.server().address()));
  EXPECT_THAT(Echo(*stub), IsOk());
  ::unsetenv("http_proxy");
}

TEST_F(ChannelTest, FailsAtOnceWhenNobodyIsThere) {
  std::string address;
  {
    Member gone;
    address = gone.echo.server().address();
  }
  const auto stub = EchoServer::EchoService::NewStub(MakeChannel(address));
  const absl::Time before = absl::Now();
  EXPECT_EQ(Echo(*stub).error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
}

TEST_F(ChannelTest, FindsAMemberThatComesBack) {
  ServerOptions options = EchoServer::Options();
  std::optional<Member> member(std::in_place);
  options.listen = member->echo.server().address();
  const auto stub = EchoServer::EchoService::NewStub(MakeChannel(options.listen));
  EXPECT_THAT(Echo(*stub, "hello", true), IsOk());
  member.reset();
  EXPECT_EQ(Echo(*stub).error_code(), grpc::StatusCode::UNAVAILABLE);
  member.emplace(options);
  EXPECT_THAT(Echo(*stub, "hello", true), IsOk());
}

}  // namespace
}  // namespace ordermesh::mesh
