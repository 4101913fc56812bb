#include "libs/mesh/server.h"

#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <thread>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "libs/mesh/echo_for_test.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::v1::EchoReply;
using ::ordermesh::testing::v1::EchoRequest;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::chrono::system_clock::time_point In(int seconds) {
  return std::chrono::system_clock::now() + std::chrono::seconds(seconds);
}

EchoRequest Text(const std::string& text, int times = 0) {
  EchoRequest request;
  request.set_text(text);
  request.set_times(times);
  return request;
}

class ServerTest : public ::testing::Test {
 protected:
  explicit ServerTest(const ServerOptions& options = EchoServer::Options()) : echo_(options) {
    EXPECT_THAT(echo_.server().Start(), IsOk());
    stub_ = echo_.MakeStub();
  }
  grpc::Status Echo(const std::string& text, EchoReply& reply) {
    grpc::ClientContext context;
    context.set_deadline(In(20));
    return stub_->Echo(&context, Text(text), &reply);
  }
  grpc::Status Echo(const std::string& text) {
    EchoReply reply;
    return Echo(text, reply);
  }
  std::future<grpc::Status> EchoLater(const std::string& text) {
    return std::async(std::launch::async, [this, text] { return Echo(text); });
  }
  double Started() { return echo_.metrics().AddCounter(kServerStarted, "", {{"method", "Echo"}}).Value(); }
  double InProgress() { return echo_.metrics().AddGauge(kServerInProgress, "", {{"method", "Echo"}}).Value(); }
  double Completed(const std::string& code) {
    return echo_.metrics().AddCounter(kServerCompleted, "", {{"method", "Echo"}, {"code", code}}).Value();
  }

  EchoServer echo_;
  std::unique_ptr<EchoServer::EchoService::Stub> stub_;
};

TEST_F(ServerTest, AnswersAUnaryCall) {
  EchoReply reply;
  EXPECT_THAT(Echo("hello", reply), IsOk());
  EXPECT_EQ(reply.text(), "hello");
}

TEST_F(ServerTest, AnswersManyCallsOfManyClients) {
  std::vector<std::future<int>> clients;
  for (int c = 0; c < 8; ++c) {
    clients.push_back(std::async(std::launch::async, [this, c] {
      const auto stub = echo_.MakeStub();
      int good = 0;
      for (int i = 0; i < 100; ++i) {
        grpc::ClientContext context;
        EchoReply reply;
        const std::string text = absl::StrCat(c, "-", i);
        good += stub->Echo(&context, Text(text), &reply).ok() && reply.text() == text ? 1 : 0;
      }
      return good;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 100);
  EXPECT_EQ(Started(), 800);
  EXPECT_EQ(Completed("OK"), 800);
  EXPECT_EQ(InProgress(), 0);
}

// More calls at once than slots stand ready: the slots multiply.
TEST_F(ServerTest, ServesMoreAtOnceThanStandReady) {
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < 40; ++i) calls.push_back(EchoLater("wait"));
  echo_.gate().AwaitWaiting(40);
  EXPECT_EQ(InProgress(), 40);
  echo_.gate().Open();
  for (auto& call : calls) EXPECT_THAT(call.get(), IsOk());
  EXPECT_EQ(InProgress(), 0);
}

TEST_F(ServerTest, CountsCallsByCode) {
  EXPECT_THAT(Echo("hello"), IsOk());
  EXPECT_THAT(Echo("fail"), StatusIs(absl::StatusCode::kInternal, "told to"));
  EXPECT_EQ(Started(), 2);
  EXPECT_EQ(Completed("OK"), 1);
  EXPECT_EQ(Completed("INTERNAL"), 1);
  EXPECT_EQ(echo_.metrics()
                .AddHistogram(kServerLatency, "", base::LatencyBuckets(), {{"method", "Echo"}})
                .CountAndSum()
                .first,
            2u);
}

TEST_F(ServerTest, GivesACallWithoutDeadlineTheDefault) {
  grpc::ClientContext context;
  EchoReply reply;
  EXPECT_THAT(stub_->Echo(&context, Text("remaining"), &reply), IsOk());
  EXPECT_GT(std::stoi(reply.text()), 3000);
  EXPECT_LE(std::stoi(reply.text()), 5000);
}

TEST_F(ServerTest, KeepsTheClientsDeadline) {
  EchoReply reply;
  EXPECT_THAT(Echo("remaining", reply), IsOk());
  EXPECT_GT(std::stoi(reply.text()), 15'000);
}

TEST_F(ServerTest, KnowsTheCallerAndTheTrace) {
  EchoReply reply;
  EXPECT_THAT(Echo("caller", reply), IsOk());
  EXPECT_EQ(reply.text(), "default");
  grpc::ClientContext context, traced;
  context.AddMetadata("x-ordermesh-caller", "shop");
  EXPECT_THAT(stub_->Echo(&context, Text("caller"), &reply), IsOk());
  EXPECT_EQ(reply.text(), "shop");
  traced.AddMetadata("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  EXPECT_THAT(stub_->Echo(&traced, Text("trace"), &reply), IsOk());
  EXPECT_THAT(reply.text(),
              AllOf(HasSubstr("00-4bf92f3577b34da6a3ce929d0e0e4736-"), Not(HasSubstr("00f067aa0ba902b7"))));
}

TEST_F(ServerTest, TellsAHandlerThatItsClientHasGone) {
  grpc::ClientContext context;
  std::future<grpc::Status> call = std::async(std::launch::async, [&] {
    EchoReply reply;
    return stub_->Echo(&context, Text("cancelled"), &reply);
  });
  echo_.gate().AwaitWaiting(1);
  context.TryCancel();
  EXPECT_THAT(call.get(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(echo_.cancelled().Await());
}

TEST_F(ServerTest, TellsAHandlerThatItsDeadlineHasPassed) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
  EchoReply reply;
  EXPECT_THAT(stub_->Echo(&context, Text("cancelled"), &reply), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(echo_.cancelled().Await());
}

TEST_F(ServerTest, LogsAFailedCallOnceWithoutWhatTheClientSent) {
  ::testing::internal::CaptureStderr();
  EXPECT_THAT(Echo("fail"), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Echo("refuse"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Echo("fine"), IsOk());
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"level\":\"error\",\"service\":\"\",\"event\":\"call_failed\",\"method\":\"Echo\","
                             "\"code\":\"INTERNAL\",\"trace_id\":\""));
  EXPECT_THAT(log, HasSubstr("\"reason\":\"INTERNAL\",\"suppressed\":0,\"message\":\"told to\"}"));
  EXPECT_THAT(log, HasSubstr("\"level\":\"info\",\"service\":\"\",\"event\":\"call_failed\",\"method\":\"Echo\","
                             "\"code\":\"INVALID_ARGUMENT\""));
  EXPECT_THAT(log, HasSubstr("\"reason\":\"INVALID_ARGUMENT\",\"suppressed\":0}"));
  EXPECT_THAT(log, Not(HasSubstr("example.com")));
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2);
}

TEST_F(ServerTest, RefusesWhatIsNoMessage) {
  grpc::GenericStub stub(grpc::CreateChannel(echo_.server().address(), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  context.set_deadline(In(20));
  grpc::CompletionQueue queue;
  grpc::Slice garbage("\xff\xff\xff garbage");
  grpc::ByteBuffer request(&garbage, 1), reply;
  auto call = stub.PrepareUnaryCall(&context, "/ordermesh.testing.v1.EchoService/Echo", request, &queue);
  grpc::Status status;
  call->StartCall();
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal, HasSubstr("parse")));
  EXPECT_THAT(Echo("still serving"), IsOk());
}

TEST_F(ServerTest, TakesMoreMetadataThanTheEdgeCanSend) {
  // 32 KiB of headers and, where they are one path, the copy of it that Envoy adds.
  auto stub = echo_.MakeStub();
  grpc::ClientContext context;
  context.set_deadline(In(20));
  context.AddMetadata("x-path", std::string(32 << 10, 'x'));
  context.AddMetadata("x-original-path", std::string(32 << 10, 'x'));
  EchoRequest request;
  request.set_text("hello");
  EchoReply reply;
  EXPECT_THAT(stub->Echo(&context, request, &reply), IsOk());
}

TEST_F(ServerTest, RefusesAMessageOfMoreThanFourMebibytes) {
  EXPECT_THAT(Echo(std::string(5 << 20, 'x')), StatusIs(absl::StatusCode::kResourceExhausted));
  EchoReply reply;
  EXPECT_THAT(Echo(std::string(3 << 20, 'x'), reply), IsOk());
  EXPECT_EQ(reply.text().size(), std::size_t{3} << 20);
  EXPECT_THAT(Echo("small", reply), IsOk());
  EXPECT_EQ(reply.text(), "small");
}

TEST_F(ServerTest, WritesAStream) {
  grpc::ClientContext context;
  const auto reader = stub_->Repeat(&context, Text("again", 50));
  EchoReply reply;
  int count = 0;
  while (reader->Read(&reply)) count += reply.text() == "again" ? 1 : 0;
  EXPECT_EQ(count, 50);
  EXPECT_THAT(reader->Finish(), IsOk());
}

TEST_F(ServerTest, EndsAStreamWhoseClientHasGone) {
  grpc::ClientContext context;
  const auto reader = stub_->Repeat(&context, Text("forever"));
  EchoReply reply;
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(reader->Read(&reply));
  context.TryCancel();
  EXPECT_TRUE(echo_.stream_ended().Await());
  EXPECT_THAT(reader->Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ServerTest, WakesAStreamThatWaitsForSomethingElseWhenItsClientHasGone) {
  grpc::ClientContext context;
  const auto reader = stub_->Repeat(&context, Text("hang"));
  EchoReply reply;
  ASSERT_TRUE(reader->Read(&reply));
  context.TryCancel();
  EXPECT_TRUE(echo_.stream_ended().Await());
  EXPECT_THAT(reader->Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ServerTest, TellsTheWorkOfACallThatItsClientHasGone) {
  grpc::ClientContext context;
  const auto reader = stub_->Repeat(&context, Text("work"));
  EchoReply reply;
  ASSERT_TRUE(reader->Read(&reply));
  context.TryCancel();
  EXPECT_TRUE(echo_.stream_ended().Await());
  EXPECT_THAT(reader->Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ServerTest, ServesSeveralStreamsAtOnce) {
  grpc::ClientContext contexts[5];
  std::vector<std::unique_ptr<grpc::ClientReader<EchoReply>>> readers;
  for (auto& context : contexts) readers.push_back(stub_->Repeat(&context, Text("forever")));
  EchoReply reply;
  for (int round = 0; round < 20; ++round) {
    for (auto& reader : readers) ASSERT_TRUE(reader->Read(&reply));
  }
  for (auto& context : contexts) context.TryCancel();
  for (auto& reader : readers) EXPECT_THAT(reader->Finish(), StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(ServerTest, ReadsAndWritesAStream) {
  grpc::ClientContext context;
  const auto stream = stub_->Chat(&context);
  EchoReply reply;
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(stream->Write(Text(std::to_string(i))));
    ASSERT_TRUE(stream->Read(&reply));
    EXPECT_EQ(reply.text(), std::to_string(i));
  }
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&reply));
  EXPECT_THAT(stream->Finish(), IsOk());
}

TEST_F(ServerTest, KnowsTheNamesOfItsServices) {
  EXPECT_THAT(echo_.server().service_names(), ::testing::ElementsAre("ordermesh.testing.v1.EchoService"));
}

TEST_F(ServerTest, FinishesCallsUnderWayWhenItDrains) {
  std::future<grpc::Status> call = EchoLater("wait");
  echo_.gate().AwaitWaiting(1);
  EXPECT_EQ(InProgress(), 1);
  std::future<void> drained = std::async(std::launch::async, [this] { echo_.server().Drain(absl::Seconds(20)); });
  // New connections are refused as soon as it drains.
  const auto late = echo_.MakeStub();
  for (;;) {
    grpc::ClientContext context;
    EchoReply reply;
    if (late->Echo(&context, Text("hello"), &reply).error_code() == grpc::StatusCode::UNAVAILABLE) break;
  }
  EXPECT_EQ(drained.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  echo_.gate().Open();
  EXPECT_THAT(call.get(), IsOk());
  drained.get();
}

TEST_F(ServerTest, CancelsCallsThatOutlastTheDrain) {
  std::future<grpc::Status> call = EchoLater("cancelled");
  echo_.gate().AwaitWaiting(1);
  std::future<void> drained = std::async(std::launch::async, [this] { echo_.server().Drain(absl::ZeroDuration()); });
  EXPECT_FALSE(call.get().ok());
  EXPECT_TRUE(echo_.cancelled().Await());
  drained.get();
}

TEST_F(ServerTest, EndsEveryStreamWithUnavailableWhenItDrains) {
  grpc::ClientContext hanging, working, chatting, writing;
  const auto hang = stub_->Repeat(&hanging, Text("hang"));
  const auto work = stub_->Repeat(&working, Text("work"));
  const auto chat = stub_->Chat(&chatting);
  const auto write = stub_->Repeat(&writing, Text("forever"));
  EchoReply reply;
  ASSERT_TRUE(hang->Read(&reply));
  ASSERT_TRUE(work->Read(&reply));
  ASSERT_TRUE(chat->Write(Text("hello")));
  ASSERT_TRUE(chat->Read(&reply));
  ASSERT_TRUE(write->Read(&reply));
  std::future<void> drained = std::async(std::launch::async, [this] { echo_.server().Drain(absl::Seconds(60)); });
  while (write->Read(&reply)) {
  }
  EXPECT_THAT(write->Finish(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
  EXPECT_THAT(hang->Finish(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
  EXPECT_THAT(work->Finish(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
  EXPECT_THAT(chat->Finish(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
  drained.get();
}

TEST(ServerStartTest, SaysThatAPortIsTaken) {
  EchoServer first;
  ASSERT_THAT(first.server().Start(), IsOk());
  ServerOptions options = EchoServer::Options();
  options.listen = first.server().address();
  EchoServer second(options);
  EXPECT_THAT(second.server().Start(),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr(first.server().address()), HasSubstr("Address already in use"))));
}

TEST(ServerStartTest, RefusesAMalformedAddress) {
  ServerOptions options = EchoServer::Options();
  options.listen = "localhost";
  EchoServer echo(options);
  EXPECT_THAT(echo.server().Start(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("listen")));
}

TEST(ServerStartTest, OffersLanesWithoutListening) {
  ServerOptions options = EchoServer::Options();
  options.listen = "";
  EchoServer echo(options);
  EXPECT_THAT(echo.server().Start(), IsOk());
  EXPECT_EQ(echo.server().lane_count(), 2u);
  std::promise<void> ran;
  echo.server().lane(1).Post([&] { ran.set_value(); });
  ran.get_future().get();
  echo.server().Drain(absl::Seconds(1));
}

class FullServerTest : public ServerTest {
 protected:
  static ServerOptions TwoCalls() {
    ServerOptions options = EchoServer::Options();
    options.max_calls = 2;
    options.max_streams = 1;
    options.retry_after = absl::Milliseconds(1500);
    return options;
  }
  FullServerTest() : ServerTest(TwoCalls()) {}
};

TEST_F(FullServerTest, RefusesMoreCallsThanItsLimitAtOnceWithRetryInfo) {
  std::future<grpc::Status> first = EchoLater("wait"), second = EchoLater("wait");
  echo_.gate().AwaitWaiting(2);
  const grpc::Status refused = Echo("hello");
  ASSERT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  google::rpc::Status rich;
  ASSERT_TRUE(rich.ParseFromString(refused.error_details()));
  EXPECT_EQ(rich.code(), 8);
  ASSERT_EQ(rich.details_size(), 2);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(rich.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "OVERLOADED");
  EXPECT_EQ(info.domain(), "ordermesh");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(rich.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  EXPECT_EQ(Completed("RESOURCE_EXHAUSTED"), 1);
  echo_.gate().Open();
  EXPECT_THAT(first.get(), IsOk());
  EXPECT_THAT(second.get(), IsOk());
  EXPECT_THAT(Echo("room again"), IsOk());
}

TEST_F(FullServerTest, CountsStreamsApart) {
  grpc::ClientContext open, refused;
  const auto stream = stub_->Chat(&open);
  EchoReply reply;
  ASSERT_TRUE(stream->Write(Text("hello")));
  ASSERT_TRUE(stream->Read(&reply));
  const auto second = stub_->Chat(&refused);
  EXPECT_THAT(second->Finish(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(Echo("hello"), IsOk());
  stream->WritesDone();
  EXPECT_THAT(stream->Finish(), IsOk());
}

class ServerListenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ServerListenTest, IsServedThere) {
  ServerOptions options = EchoServer::Options();
  options.listen = GetParam();
  EchoServer server(options);
  ASSERT_THAT(server.server().Start(), IsOk());
  const std::string port = server.server().address().substr(server.server().address().rfind(':'));
  for (const absl::string_view from : {"127.0.0.1", "[::1]"}) {
    if (GetParam() != absl::string_view("[::]:0") && !absl::StartsWith(GetParam(), from)) continue;
    const auto stub = EchoServer::EchoService::NewStub(
        grpc::CreateChannel(absl::StrCat(from, port), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(In(20));
    EchoReply reply;
    EXPECT_THAT(stub->Echo(&context, Text("hello"), &reply), IsOk()) << from;
  }
}

INSTANTIATE_TEST_SUITE_P(Addresses, ServerListenTest, ::testing::Values("127.0.0.1:0", "[::1]:0", "[::]:0"));

TEST(HandshakeTest, WhoSaysNothingIsHungUpOn) {
  ServerOptions options = EchoServer::Options();
  options.handshake_timeout = absl::Milliseconds(100);
  EchoServer server(options);
  ASSERT_THAT(server.server().Start(), IsOk());
  const std::string& address = server.server().address();
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  char buffer[1024];
  while (read(fd, buffer, sizeof buffer) > 0) {  // its own settings; then the end
  }
  close(fd);
  const auto stub = server.MakeStub();
  grpc::ClientContext context;
  context.set_deadline(In(20));
  EchoReply reply;
  EXPECT_THAT(stub->Echo(&context, Text("hello"), &reply), IsOk());
}

}  // namespace
}  // namespace ordermesh::mesh
