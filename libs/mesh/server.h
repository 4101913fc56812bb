// The gRPC server: lanes on completion queues, and handlers that are coroutines.
//
//   server.Add(&service);                                                    // the generated AsyncService
//   server.Unary("CreateOrder", &service, &OrderService::AsyncService::RequestCreateOrder,
//                [&](mesh::CallContext& call, const CreateOrderRequest& request, Order& reply) ->
//                aio::Task<grpc::Status> {…});
//   server.ServerStream("WatchOrder", &service, &…::RequestWatchOrder,
//                [&](mesh::CallContext& call, const WatchOrderRequest& request, mesh::Writer<Order>& out) ->
//                aio::Task<grpc::Status> {…});
//   server.Bidi("StreamValidateOrders", &service, &…::RequestStreamValidateOrders,
//                [&](mesh::CallContext& call, mesh::Stream<Request, Reply>& stream) -> aio::Task<grpc::Status> {…});
//
//   Writer<T>:          Task<bool> Write(const T&)         false: the client is gone
//   Stream<In, Out>:    Task<bool> Read(In&)  (false: the client has no more), Task<bool> Write(const Out&)
//
// Every method gets: the default deadline, the trace context, its metrics, the log line of a failed call, and the
// server's limit of calls in progress (beyond it RESOURCE_EXHAUSTED with RetryInfo at once). What a handler refers to
// must outlive the server.
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/metrics.h"
#include "libs/mesh/server_call.h"
#include "libs/mesh/server_core.h"

namespace google::protobuf {
class Descriptor;
}

namespace ordermesh::mesh {
namespace internal {

// One method of the server, whatever its kind.
class Method {
 public:
  virtual ~Method() = default;
  // Makes `lane.slots` slots stand ready on the lane; on the lane's thread.
  virtual void Open(LaneMethod& lane) = 0;

  std::unique_ptr<MethodProbe> probe;
  std::unique_ptr<Admission> own_admission;  // of a method with a limit of its own
  Admission* admission = nullptr;
  int slots = 0;
  std::vector<std::unique_ptr<LaneMethod>> lanes;
};

// `Request` is the generated RequestFoo of the AsyncService.
template <class Service, class Request, class In, class Out, class Handler>
class UnaryMethod final : public Method, public UnaryCallee<In, Out> {
 public:
  UnaryMethod(Service* service, Request request, Handler handler)
      : service_(service), request_(request), handler_(std::move(handler)) {}
  void Open(LaneMethod& lane) override {
    while (lane.waiting < lane.slots) ServeUnary<In, Out>(lane, *this);
  }
  void Take(grpc::ServerContext& context, In& in, grpc::ServerAsyncResponseWriter<Out>& writer,
            grpc::ServerCompletionQueue& queue, void* tag) override {
    (service_->*request_)(&context, &in, &writer, &queue, &queue, tag);
  }
  aio::Task<grpc::Status> Handle(CallContext& call, const In& in, Out& out) override { return handler_(call, in, out); }

 private:
  Service* const service_;
  const Request request_;
  Handler handler_;
};

template <class Service, class Request, class In, class Out, class Handler>
class ServerStreamMethod final : public Method, public ServerStreamCallee<In, Out> {
 public:
  ServerStreamMethod(Service* service, Request request, Handler handler)
      : service_(service), request_(request), handler_(std::move(handler)) {}
  void Open(LaneMethod& lane) override {
    while (lane.waiting < lane.slots) ServeServerStream<In, Out>(lane, *this);
  }
  void Take(grpc::ServerContext& context, In& in, grpc::ServerAsyncWriter<Out>& writer,
            grpc::ServerCompletionQueue& queue, void* tag) override {
    (service_->*request_)(&context, &in, &writer, &queue, &queue, tag);
  }
  aio::Task<grpc::Status> Handle(CallContext& call, const In& in, Writer<Out>& out) override {
    return handler_(call, in, out);
  }

 private:
  Service* const service_;
  const Request request_;
  Handler handler_;
};

template <class Service, class Request, class In, class Out, class Handler>
class BidiMethod final : public Method, public BidiCallee<In, Out> {
 public:
  BidiMethod(Service* service, Request request, Handler handler)
      : service_(service), request_(request), handler_(std::move(handler)) {}
  void Open(LaneMethod& lane) override {
    while (lane.waiting < lane.slots) ServeBidi<In, Out>(lane, *this);
  }
  void Take(grpc::ServerContext& context, grpc::ServerAsyncReaderWriter<Out, In>& stream,
            grpc::ServerCompletionQueue& queue, void* tag) override {
    (service_->*request_)(&context, &stream, &queue, &queue, tag);
  }
  aio::Task<grpc::Status> Handle(CallContext& call, Stream<In, Out>& stream) override { return handler_(call, stream); }

 private:
  Service* const service_;
  const Request request_;
  Handler handler_;
};

}  // namespace internal

// Its lanes run from construction, so that work can be posted to them before Start. Not thread-safe, but for what says
// so.
class Server {
 public:
  // The dependencies must outlive it.
  Server(const ServerOptions& options, base::Metrics& metrics, base::Timer& timer, base::Random& random);
  ~Server();  // Drain, without patience, and CloseLanes

  int max_calls() const { return core_.options.max_calls; }

  // Before Start; every method of the service needs a handler, a call of one without waits until its deadline.
  void Add(grpc::Service* service) { builder_.RegisterService(service); }

  template <class Service, class Base, class In, class Out, class Handler>
  void Unary(absl::string_view name, Service* service,
             void (Base::*request)(grpc::ServerContext*, In*, grpc::ServerAsyncResponseWriter<Out>*,
                                   grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*),
             Handler handler, MethodOptions options = {}) {
    using Method = internal::UnaryMethod<Service, decltype(request), In, Out, Handler>;
    AddMethod(name, In::descriptor(), core_.options.slots, core_.calls, options,
              std::make_unique<Method>(service, request, std::move(handler)));
  }

  template <class Service, class Base, class In, class Out, class Handler>
  void ServerStream(absl::string_view name, Service* service,
                    void (Base::*request)(grpc::ServerContext*, In*, grpc::ServerAsyncWriter<Out>*,
                                          grpc::CompletionQueue*, grpc::ServerCompletionQueue*, void*),
                    Handler handler, MethodOptions options = {}) {
    using Method = internal::ServerStreamMethod<Service, decltype(request), In, Out, Handler>;
    AddMethod(name, In::descriptor(), core_.options.stream_slots, core_.streams, options,
              std::make_unique<Method>(service, request, std::move(handler)));
  }

  template <class Service, class Base, class In, class Out, class Handler>
  void Bidi(absl::string_view name, Service* service,
            void (Base::*request)(grpc::ServerContext*, grpc::ServerAsyncReaderWriter<Out, In>*, grpc::CompletionQueue*,
                                  grpc::ServerCompletionQueue*, void*),
            Handler handler, MethodOptions options = {}) {
    using Method = internal::BidiMethod<Service, decltype(request), In, Out, Handler>;
    AddMethod(name, In::descriptor(), core_.options.stream_slots, core_.streams, options,
              std::make_unique<Method>(service, request, std::move(handler)));
  }

  // INVALID_ARGUMENT: `listen` is malformed. UNAVAILABLE: the address is taken or not this machine's.
  absl::Status Start();
  // Where it listens, with the port that it got; empty before Start.
  const std::string& address() const { return address_; }
  // Full names of the services whose methods were added, sorted.
  const std::vector<std::string>& service_names() const { return service_names_; }

  std::size_t lane_count() const { return lanes_.size(); }
  GrpcLane& lane(std::size_t index) { return *lanes_[index]; }

  // Takes no more calls; tells streams to end; returns when all calls under way have ended, after `timeout` cancelled.
  // A handler that doesn't end holds it for ever.
  void Drain(absl::Duration timeout);
  // After Drain, and after whatever makes calls on the lanes has stopped. The lanes stay valid, but run nothing any
  // more; the services that were added are not used again.
  void CloseLanes();

 private:
  void AddMethod(absl::string_view name, const google::protobuf::Descriptor* request, int slots, Admission& admission,
                 const MethodOptions& options, std::unique_ptr<internal::Method> method);
  void Configure();
  void OpenMethods();
  void HangUpWhenQuiet(std::stop_token stop);

  ServerCore core_;
  base::Metrics& metrics_;
  grpc::ServerBuilder builder_;
  std::vector<std::unique_ptr<internal::Method>> methods_;
  std::vector<std::string> service_names_;
  std::string address_;
  bool drained_ = false;
  std::vector<std::unique_ptr<ServerLane>> server_lanes_;
  std::vector<std::unique_ptr<GrpcLane>> lanes_;
  std::unique_ptr<grpc::Server> server_;  // Last: goes before its queues.
};

}  // namespace ordermesh::mesh
