#include "libs/mesh/call_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/aio/run_sync.h"
#include "libs/mesh/channel.h"
#include "libs/mesh/echo_for_test.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using Stub = EchoServer::EchoService::Stub;

class UnaryCallTest : public ::testing::Test {
 protected:
  UnaryCallTest() : lane_(base::SystemTimer()) {
    EXPECT_THAT(echo_.server().Start(), IsOk());
    stub_ = EchoServer::EchoService::NewStub(MakeChannel(echo_.server().address(), {.check_health = false}));
  }
  grpc::Status Call(grpc::ClientContext& context, const std::string& text) {
    return aio::RunSync(lane_, [&]() -> aio::Task<grpc::Status> {
      EchoServer::EchoRequest request;
      request.set_text(text);
      auto call = UnaryCall(lane_, *stub_, &Stub::PrepareAsyncEcho, context, request, reply_);
      grpc::Status status = co_await call;
      EXPECT_EQ(aio::Lane::Current(), &lane_);
      co_return status;
    });
  }

  EchoServer echo_;
  GrpcLane lane_;
  std::unique_ptr<Stub> stub_;
  EchoServer::EchoReply reply_;
};

TEST_F(UnaryCallTest, GivesTheReply) {
  grpc::ClientContext context;
  EXPECT_THAT(Call(context, "hello"), IsOk());
  EXPECT_EQ(reply_.text(), "hello");
}

TEST_F(UnaryCallTest, GivesTheStatus) {
  grpc::ClientContext context;
  EXPECT_THAT(Call(context, "fail"), StatusIs(absl::StatusCode::kInternal, "told to"));
}

TEST_F(UnaryCallTest, AlwaysHasADeadline) {
  grpc::ClientContext context;
  EXPECT_THAT(Call(context, "remaining"), IsOk());
  // The deadline travels as a timeout, which gRPC rounds up.
  EXPECT_LT(std::stoi(reply_.text()), 5500);
}

TEST_F(UnaryCallTest, EndsAtItsDeadline) {
  grpc::ClientContext context;
  PrepareContext(context, base::Deadline::In(absl::Milliseconds(50), base::SystemTimer()),
                 base::TraceContext::Continue("", base::SystemRandom()));
  EXPECT_THAT(Call(context, "cancelled"), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(UnaryCallTest, CarriesTheTraceOn) {
  grpc::ClientContext context;
  const auto trace = base::TraceContext::Continue("", base::SystemRandom());
  PrepareContext(context, base::Deadline::In(absl::Seconds(5), base::SystemTimer()), trace);
  EXPECT_THAT(Call(context, "trace"), IsOk());
  EXPECT_THAT(reply_.text(), HasSubstr(std::string(trace.trace_id())));
}

// A lane that closes waits for the call under way; its coroutine goes on, and a new call is refused without being made.
TEST_F(UnaryCallTest, EndsBeforeItsLaneDoes) {
  std::optional<GrpcLane> lane(std::in_place, base::SystemTimer());
  Noted<grpc::Status> first, second;
  lane->Post([&] {
    aio::Spawn(
        [](GrpcLane& lane, Stub& stub, Noted<grpc::Status>& first, Noted<grpc::Status>& second) -> aio::Task<void> {
          EchoServer::EchoRequest request;
          request.set_text("wait");
          EchoServer::EchoReply reply;
          grpc::ClientContext context, late;
          auto call = UnaryCall(lane, stub, &Stub::PrepareAsyncEcho, context, request, reply);
          first.Note(co_await call);
          auto refused = UnaryCall(lane, stub, &Stub::PrepareAsyncEcho, late, request, reply);
          second.Note(co_await refused);
        }(*lane, *stub_, first, second));
  });
  echo_.gate().AwaitWaiting(1);
  std::jthread closer([&] { lane->Close(); });
  // Closing has begun when no use of the lane is given any more.
  for (bool open = true; open;) {
    std::promise<bool> ok;
    lane->Post([&] { ok.set_value(GrpcLane::Use(*lane).ok()); });
    open = ok.get_future().get();
  }
  echo_.gate().Open();
  EXPECT_THAT(first.Await(), IsOk());
  EXPECT_THAT(second.Await(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("stopping")));
  closer.join();
}

}  // namespace
}  // namespace ordermesh::mesh
