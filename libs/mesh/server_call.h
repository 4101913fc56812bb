// One call as the server sees it: its context, its end, and the loops that serve the three kinds of method. Part of
// server.h's implementation.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/async_stream.h>
#include <grpcpp/support/async_unary_call.h>

#include <coroutine>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

#include "libs/aio/task.h"
#include "libs/mesh/call.h"
#include "libs/mesh/method_probe.h"
#include "libs/mesh/server_core.h"
#include "libs/mesh/stream.h"

namespace ordermesh::mesh::internal {

// What one method's calls on one lane share. The lane's thread only, but for the probe and the admission.
struct LaneMethod {
  ServerCore& core;
  ServerLane& lane;
  MethodProbe& probe;
  Admission& admission;
  int slots;        // how many stand ready
  int waiting = 0;  // how many do now
};

// The slot of a call: waits for one, is its context, waits for the next.
class ServerCall : public CallContext {
 public:
  ServerCall(LaneMethod& method, bool streaming);
  ~ServerCall() override;

  base::Deadline deadline() const override { return deadline_; }
  bool cancelled() const override;
  void OnCancelled(aio::Job job) override;
  absl::string_view metadata(absl::string_view key) const override;
  std::vector<absl::string_view> metadata_values(absl::string_view key) const override;
  aio::Lane& lane() const override { return *method_.lane.lane; }
  std::stop_token gone() const override;

  LaneMethod& method() { return method_; }
  grpc::ServerContext& context() { return *context_; }
  // The client went away, or the call has ended.
  bool done() const { return done_tag_.fired; }

  // Before a call is waited for; the constructor has done it for a stream.
  void Reset();
  // A call has come. False: too many are in progress, and it should be refused.
  bool Begin();
  // The handler has returned `status`, or the call was refused; before the status is sent.
  void End(const grpc::Status& status);
  // What a stream's client gets: UNAVAILABLE when the handler ended because it was told to.
  const grpc::Status& Outcome(const grpc::Status& handled) const {
    return told_to_stop_ && !done() ? method_.core.stopping : handled;
  }
  // Awaitable: gRPC is done with the context. After the status was sent.
  auto Done() {
    struct Awaiter {
      ServerCall& call;
      bool await_ready() const noexcept { return call.done_tag_.fired; }
      void await_suspend(std::coroutine_handle<> caller) noexcept { call.done_tag_.waiting = caller; }
      void await_resume() const noexcept { call.method_.core.in_progress.fetch_sub(1, std::memory_order_relaxed); }
    };
    return Awaiter{*this};
  }

 protected:
  // The server stops: a stream's handler should come to its end.
  void BeginDrain();
  // For Read and Write: whether the handler is to be told that there is no more, and notes that it was.
  bool Ended() const {
    told_to_stop_ |= draining_;
    return draining_ || done();
  }

 private:
  // Comes once for each call: when it has ended, or earlier when the client went away.
  class DoneTag final : public Tag {
   public:
    explicit DoneTag(ServerCall& call) : call_(call) {}
    void Complete(bool ok) override;
    bool fired = false;
    std::coroutine_handle<> waiting;

   private:
    ServerCall& call_;
  };

  // Tells whoever does this call's work that nobody waits for it.
  void TellGone();

  LaneMethod& method_;
  const bool streaming_;
  bool draining_ = false;
  mutable bool told_to_stop_ = false;
  bool admitted_ = false;
  bool ended_ = false;
  std::optional<grpc::ServerContext> context_;
  DoneTag done_tag_{*this};
  base::SteadyTime started_;
  base::Deadline deadline_ = base::Deadline::At(base::SteadyTime::InfiniteFuture());
  aio::Job on_cancelled_;
  mutable std::optional<std::stop_source> gone_;  // of a call that has work on other threads
};

// A message that was this large is not kept for the next call.
inline constexpr std::size_t kKeptMessageBytes = std::size_t{16} << 10;

template <class Message>
void Recycle(Message& message) {
  if (message.ByteSizeLong() > kKeptMessageBytes) {
    Message empty;
    message.Swap(&empty);
  } else {
    message.Clear();
  }
}

// A method of a service as the loops below know it: how to ask gRPC for a call, and the handler.
template <class In, class Out>
class UnaryCallee {
 public:
  virtual void Take(grpc::ServerContext& context, In& request, grpc::ServerAsyncResponseWriter<Out>& writer,
                    grpc::ServerCompletionQueue& queue, void* tag) = 0;
  virtual aio::Task<grpc::Status> Handle(CallContext& call, const In& request, Out& reply) = 0;

 protected:
  ~UnaryCallee() = default;
};

template <class In, class Out>
class ServerStreamCallee {
 public:
  virtual void Take(grpc::ServerContext& context, In& request, grpc::ServerAsyncWriter<Out>& writer,
                    grpc::ServerCompletionQueue& queue, void* tag) = 0;
  virtual aio::Task<grpc::Status> Handle(CallContext& call, const In& request, Writer<Out>& out) = 0;

 protected:
  ~ServerStreamCallee() = default;
};

template <class In, class Out>
class BidiCallee {
 public:
  virtual void Take(grpc::ServerContext& context, grpc::ServerAsyncReaderWriter<Out, In>& stream,
                    grpc::ServerCompletionQueue& queue, void* tag) = 0;
  virtual aio::Task<grpc::Status> Handle(CallContext& call, Stream<In, Out>& stream) = 0;

 protected:
  ~BidiCallee() = default;
};

// One slot of a unary method: takes a call, serves it, and stands ready again. It spawns more of itself when few stand
// ready, and ends when enough do: so there are as many as calls in progress, and no allocation for each call.
template <class In, class Out>
aio::internal::Detached ServeUnary(LaneMethod& lane, UnaryCallee<In, Out>& method) {
  ServerCall call(lane, false);
  In request;
  Out reply;
  for (;;) {
    call.Reset();
    grpc::ServerAsyncResponseWriter<Out> writer(&call.context());
    ++lane.waiting;
    Op take([&](void* tag) { method.Take(call.context(), request, writer, *lane.lane.queue, tag); });
    const bool taken = co_await take;
    --lane.waiting;
    if (!taken) co_return;  // The server stops.
    while (lane.waiting < (lane.slots + 1) / 2) ServeUnary<In, Out>(lane, method);
    grpc::Status status = lane.core.overloaded;
    if (call.Begin()) {
      auto handle = method.Handle(call, request, reply);
      status = co_await handle;
    }
    call.End(status);
    Op send([&](void* tag) { status.ok() ? writer.Finish(reply, status, tag) : writer.FinishWithError(status, tag); });
    co_await send;
    auto done = call.Done();
    co_await done;
    if (lane.waiting >= lane.slots) co_return;
    Recycle(request);
    Recycle(reply);
  }
}

// The call of a server-streaming method.
template <class In, class Out>
class ServerStreamCall final : public ServerCall, public Writer<Out>, public Drainable {
 public:
  explicit ServerStreamCall(LaneMethod& method) : ServerCall(method, true) {}

  aio::Task<bool> Write(const Out& message) override {
    if (Ended()) co_return false;
    Op write([&](void* tag) { io.Write(message, tag); });
    co_return co_await write;
  }
  void Drain() override { BeginDrain(); }

  In request;
  grpc::ServerAsyncWriter<Out> io{&context()};
};

template <class In, class Out>
aio::internal::Detached ServeServerStream(LaneMethod& lane, ServerStreamCallee<In, Out>& method) {
  ServerStreamCall<In, Out> call(lane);
  ++lane.waiting;
  Op take([&](void* tag) { method.Take(call.context(), call.request, call.io, *lane.lane.queue, tag); });
  const bool taken = co_await take;
  --lane.waiting;
  if (!taken) co_return;
  while (lane.waiting < lane.slots) ServeServerStream<In, Out>(lane, method);
  grpc::Status status = lane.core.overloaded;
  if (call.Begin()) {
    lane.lane.streams.insert(&call);
    if (lane.lane.draining) call.Drain();
    auto handle = method.Handle(call, call.request, call);
    status = co_await handle;
    lane.lane.streams.erase(&call);
    status = call.Outcome(status);
  }
  call.End(status);
  Op send([&](void* tag) { call.io.Finish(status, tag); });
  co_await send;
  auto done = call.Done();
  co_await done;
}

// The call of a bidirectional method.
template <class In, class Out>
class BidiCall final : public ServerCall, public Stream<In, Out>, public Drainable {
 public:
  explicit BidiCall(LaneMethod& method) : ServerCall(method, true) {}

  aio::Task<bool> Read(In& message) override {
    if (Ended()) co_return false;
    read_.Start(io);
    auto arrived = read_.Wait();
    if (!co_await arrived) {
      static_cast<void>(Ended());
      co_return false;
    }
    message.Swap(&read_.message);
    co_return true;
  }
  aio::Task<bool> Write(const Out& message) override {
    if (Ended()) co_return false;
    Op write([&](void* tag) { io.Write(message, tag); });
    co_return co_await write;
  }
  void Drain() override {
    BeginDrain();
    read_.GiveUp();
  }
  // Awaitable: gRPC has given back the read that was given up.
  auto ReadReturned() { return read_.Wait(); }

  grpc::ServerAsyncReaderWriter<Out, In> io{&context()};

 private:
  // A read can't be taken back when the server stops: its waiter is let go, and the tag comes when the call ends.
  class ReadTag final : public Tag {
   public:
    void Start(grpc::ServerAsyncReaderWriter<Out, In>& io) {
      pending_ = true;
      ok_ = false;
      io.Read(&message, static_cast<Tag*>(this));
    }
    void Complete(bool ok) override {
      pending_ = false;
      ok_ = ok;
      if (auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
    }
    void GiveUp() {
      if (auto waiting = std::exchange(waiting_, nullptr)) waiting.resume();
    }
    auto Wait() {
      struct Awaiter {
        ReadTag& read;
        bool await_ready() const noexcept { return !read.pending_; }
        void await_suspend(std::coroutine_handle<> caller) noexcept { read.waiting_ = caller; }
        bool await_resume() const noexcept { return !read.pending_ && read.ok_; }
      };
      return Awaiter{*this};
    }
    In message;

   private:
    bool pending_ = false;
    bool ok_ = false;
    std::coroutine_handle<> waiting_;
  };

  ReadTag read_;
};

template <class In, class Out>
aio::internal::Detached ServeBidi(LaneMethod& lane, BidiCallee<In, Out>& method) {
  BidiCall<In, Out> call(lane);
  ++lane.waiting;
  Op take([&](void* tag) { method.Take(call.context(), call.io, *lane.lane.queue, tag); });
  const bool taken = co_await take;
  --lane.waiting;
  if (!taken) co_return;
  while (lane.waiting < lane.slots) ServeBidi<In, Out>(lane, method);
  grpc::Status status = lane.core.overloaded;
  if (call.Begin()) {
    lane.lane.streams.insert(&call);
    if (lane.lane.draining) call.Drain();
    auto handle = method.Handle(call, call);
    status = co_await handle;
    lane.lane.streams.erase(&call);
    status = call.Outcome(status);
  }
  call.End(status);
  Op send([&](void* tag) { call.io.Finish(status, tag); });
  co_await send;
  auto returned = call.ReadReturned();
  co_await returned;
  auto done = call.Done();
  co_await done;
}

}  // namespace ordermesh::mesh::internal
