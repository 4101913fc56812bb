// A server with one service, for the tests of the server itself.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/completion.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/mesh/server.h"
#include "ordermesh/testing/v1/echo.grpc.pb.h"

namespace ordermesh::mesh {

// Where handlers wait until the test lets them go.
class Gate {
 public:
  void Add(aio::Completion<bool>::Setter opened) {
    base::MutexLock lock(mu_);
    waiting_.push_back(std::move(opened));
    changed_.NotifyAll();
  }
  void Open() {
    std::vector<aio::Completion<bool>::Setter> all;
    {
      base::MutexLock lock(mu_);
      all.swap(waiting_);
    }
    for (auto& set : all) set(true);
  }
  // Returns when `count` handlers wait.
  void AwaitWaiting(std::size_t count) {
    base::MutexLock lock(mu_);
    changed_.Wait(mu_, std::stop_token(),
                  [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return waiting_.size() >= count; });
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  std::vector<aio::Completion<bool>::Setter> waiting_ ABSL_GUARDED_BY(mu_);
};

// Something that another thread notes and the test waits for.
template <class T>
class Noted {
 public:
  void Note(T value) {
    base::MutexLock lock(mu_);
    value_ = std::move(value);
    changed_.NotifyAll();
  }
  T Await() {
    base::MutexLock lock(mu_);
    changed_.Wait(mu_, std::stop_token(), [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return value_.has_value(); });
    return *value_;
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  std::optional<T> value_ ABSL_GUARDED_BY(mu_);
};

// Echo answers with the text, but for these: "wait" waits at the gate; "fail" fails with INTERNAL; "refuse" with
// INVALID_ARGUMENT; "remaining" tells the milliseconds until the deadline; "caller" and "trace" what the call says;
// "cancelled" waits at the gate until it is cancelled, and notes whether the call says so.
// Repeat writes the text `times` times; "forever" writes until told to stop; "hang" waits for nothing but the end,
// "work" for work that is given up when the call is gone. Chat answers every message with its text.
class EchoServer {
 public:
  using EchoRequest = ordermesh::testing::v1::EchoRequest;
  using EchoReply = ordermesh::testing::v1::EchoReply;
  using EchoService = ordermesh::testing::v1::EchoService;

  static ServerOptions Options() {
    ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.lanes = 2;
    options.slots = 4;
    options.stream_slots = 1;
    return options;
  }

  explicit EchoServer(const ServerOptions& options = Options())
      : server_(options, metrics_, base::SystemTimer(), base::SystemRandom()) {
    using Service = EchoService::AsyncService;
    server_.Add(&service_);
    server_.Unary("Echo", &service_, &Service::RequestEcho,
                  [this](CallContext& call, const EchoRequest& in, EchoReply& out) { return Echo(call, in, out); });
    server_.ServerStream(
        "Repeat", &service_, &Service::RequestRepeat,
        [this](CallContext& call, const EchoRequest& in, Writer<EchoReply>& out) { return Repeat(call, in, out); });
    server_.Bidi("Chat", &service_, &Service::RequestChat,
                 [this](CallContext&, Stream<EchoRequest, EchoReply>& stream) { return Chat(stream); });
  }
  ~EchoServer() { gate_.Open(); }

  Server& server() { return server_; }
  base::Metrics& metrics() { return metrics_; }
  Gate& gate() { return gate_; }
  Noted<bool>& cancelled() { return cancelled_; }
  Noted<bool>& stream_ended() { return stream_ended_; }

  // A stub on a connection of its own.
  std::unique_ptr<EchoService::Stub> MakeStub() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return EchoService::NewStub(
        grpc::CreateCustomChannel(server_.address(), grpc::InsecureChannelCredentials(), arguments));
  }

 private:
  aio::Task<grpc::Status> Echo(CallContext& call, const EchoRequest& in, EchoReply& out) {
    out.set_text(in.text());
    if (in.text() == "fail") co_return grpc::Status(grpc::StatusCode::INTERNAL, "told to");
    if (in.text() == "refuse") co_return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "someone@example.com");
    if (in.text() == "remaining") {
      out.set_text(absl::StrCat(absl::ToInt64Milliseconds(call.deadline().Remaining(base::SystemTimer()))));
    }
    if (in.text() == "caller") out.set_text(std::string(call.caller()));
    if (in.text() == "trace") out.set_text(call.trace().traceparent());
    if (in.text() == "wait" || in.text() == "cancelled") {
      aio::Completion<bool> opened(call.lane());
      gate_.Add(opened.setter());
      if (in.text() == "cancelled") call.OnCancelled([set = opened.setter()] { set.SetOnLane(true); });
      co_await opened;
    }
    if (in.text() == "cancelled") cancelled_.Note(call.cancelled());
    co_return grpc::Status::OK;
  }

  aio::Task<grpc::Status> Repeat(CallContext& call, const EchoRequest& in, Writer<EchoReply>& out) {
    EchoReply reply;
    reply.set_text(in.text());
    if (in.text() == "hang") {
      aio::Completion<bool> told(call.lane());
      auto write = out.Write(reply);
      co_await write;
      call.OnCancelled([set = told.setter()] { set.SetOnLane(true); });
      co_await told;
      stream_ended_.Note(call.cancelled());
      co_return grpc::Status::OK;
    }
    if (in.text() == "work") {
      aio::Completion<bool> told(call.lane());
      const std::stop_callback tell(call.gone(), [set = told.setter()] { set(true); });
      auto write = out.Write(reply);
      co_await write;
      co_await told;
      stream_ended_.Note(call.cancelled());
      co_return grpc::Status(grpc::StatusCode::CANCELLED, "not done");
    }
    const bool forever = in.text() == "forever";
    for (int i = 0; forever || i < in.times(); ++i) {
      auto write = out.Write(reply);
      if (!co_await write) break;
    }
    if (forever) stream_ended_.Note(true);
    co_return grpc::Status::OK;
  }

  aio::Task<grpc::Status> Chat(Stream<EchoRequest, EchoReply>& stream) {
    EchoRequest in;
    EchoReply out;
    for (;;) {
      auto read = stream.Read(in);
      if (!co_await read) break;
      out.set_text(in.text());
      auto write = stream.Write(out);
      if (!co_await write) break;
    }
    stream_ended_.Note(true);
    co_return grpc::Status::OK;
  }

  base::Metrics metrics_;
  Gate gate_;
  Noted<bool> cancelled_;
  Noted<bool> stream_ended_;
  EchoService::AsyncService service_;
  Server server_;
};

}  // namespace ordermesh::mesh
