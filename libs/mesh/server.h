// The gRPC server: lanes on completion queues, and handlers that are coroutines.
//
//   server.Add(&service);                                                    // the generated AsyncService
//   server.Unary("CreateOrder", &service, &OrderService::AsyncService::RequestCreateOrder,
//                [&](mesh::CallContext& call, const CreateOrderRequest& request, Order& reply) -> aio::Task<grpc::Status> {…});
//   server.ServerStream("WatchOrder", &service, &…::RequestWatchOrder,
//                [&](mesh::CallContext& call, const WatchOrderRequest& request, mesh::Writer<Order>& out) -> aio::Task<grpc::Status> {…});
//   server.Bidi("StreamValidateOrders", &service, &…::RequestStreamValidateOrders,
//                [&](mesh::CallContext& call, mesh::Stream<Request, Reply>& stream) -> aio::Task<grpc::Status> {…});
//
//   Writer<T>:          Task<bool> Write(const T&)         false: the client is gone
//   Stream<In, Out>:    Task<bool> Read(In&)  (false: the client has no more), Task<bool> Write(const Out&)
//
// Every method gets: the default deadline, the trace context, its metrics, the log line of a failed call, and the server's
// limit of calls in progress (beyond it RESOURCE_EXHAUSTED with RetryInfo at once).
// (This comment is the contract of the implementation, which stands in this file and server.cc.)
#pragma once
