#include "services/gateway/api/order_service.h"

#include <utility>

#include "libs/wire/orders.h"
#include "libs/wire/status.h"
#include "services/gateway/api/decode.h"

namespace ordermesh::gateway {

using Service = orders::v1::OrderService::AsyncService;

template <class Request>
aio::Task<grpc::Status> OrderService::Move(mesh::CallContext& call, const Request& request, domain::OrderState to,
                                           orders::v1::Order& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  auto run = move_.Run(call, request.id(), request.etag(), to);
  const absl::StatusOr<domain::Order> order = co_await run;
  if (!order.ok()) co_return wire::ToGrpcStatus(order.status());
  wire::OrderToProto(*order, reply);
  co_return grpc::Status::OK;
}

void OrderService::Register(mesh::Server& server) {
  server.Add(&service_);
  // Counted apart, so that many who read keep nobody from creating orders and moving them on.
  const mesh::MethodOptions apart{.max_in_progress = server.max_calls()};
  server.Unary(
      "CreateOrder", &service_, &Service::RequestCreateOrder,
      [this](mesh::CallContext& call, const orders::v1::CreateOrderRequest& request, orders::v1::Order& reply) {
        return Create(call, request, reply);
      },
      apart);
  server.Unary("GetOrder", &service_, &Service::RequestGetOrder,
               [this](mesh::CallContext& call, const orders::v1::GetOrderRequest& request, orders::v1::Order& reply) {
                 return Get(call, request, reply);
               });
  server.Unary("ListOrders", &service_, &Service::RequestListOrders,
               [this](mesh::CallContext& call, const orders::v1::ListOrdersRequest& request,
                      orders::v1::ListOrdersResponse& reply) { return List(call, request, reply); });
  server.Unary(
      "CancelOrder", &service_, &Service::RequestCancelOrder,
      [this](mesh::CallContext& call, const orders::v1::CancelOrderRequest& request, orders::v1::Order& reply) {
        return Move(call, request, domain::OrderState::kCancelled, reply);
      },
      apart);
  server.Unary(
      "PayOrder", &service_, &Service::RequestPayOrder,
      [this](mesh::CallContext& call, const orders::v1::PayOrderRequest& request, orders::v1::Order& reply) {
        return Move(call, request, domain::OrderState::kPaid, reply);
      },
      apart);
  server.Unary(
      "ShipOrder", &service_, &Service::RequestShipOrder,
      [this](mesh::CallContext& call, const orders::v1::ShipOrderRequest& request, orders::v1::Order& reply) {
        return Move(call, request, domain::OrderState::kShipped, reply);
      },
      apart);
  server.Unary(
      "DeliverOrder", &service_, &Service::RequestDeliverOrder,
      [this](mesh::CallContext& call, const orders::v1::DeliverOrderRequest& request, orders::v1::Order& reply) {
        return Move(call, request, domain::OrderState::kDelivered, reply);
      },
      apart);
  server.ServerStream("WatchOrder", &service_, &Service::RequestWatchOrder,
                      [this](mesh::CallContext& call, const orders::v1::WatchOrderRequest& request,
                             mesh::Writer<orders::v1::Order>& out) { return Watch(call, request, out); });
}

aio::Task<grpc::Status> OrderService::Create(mesh::CallContext& call, const orders::v1::CreateOrderRequest& request,
                                             orders::v1::Order& reply) {
  absl::StatusOr<domain::NewOrder> order = DecodeOrder(call, request);
  if (!order.ok()) co_return wire::ToGrpcStatus(order.status());
  if (request.validate_only()) {
    auto run = create_.Quote(call, *std::move(order));
    const absl::StatusOr<domain::PricedOrder> quote = co_await run;
    if (!quote.ok()) co_return wire::ToGrpcStatus(quote.status());
    wire::PricedOrderToProto(*quote, reply);
    co_return grpc::Status::OK;
  }
  auto run = create_.Run(call, *std::move(order));
  const absl::StatusOr<domain::Order> accepted = co_await run;
  if (!accepted.ok()) co_return wire::ToGrpcStatus(accepted.status());
  wire::OrderToProto(*accepted, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> OrderService::Get(mesh::CallContext& call, const orders::v1::GetOrderRequest& request,
                                          orders::v1::Order& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  auto run = get_.Run(call, request.id());
  const absl::StatusOr<domain::Order> order = co_await run;
  if (!order.ok()) co_return wire::ToGrpcStatus(order.status());
  wire::OrderToProto(*order, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> OrderService::List(mesh::CallContext& call, const orders::v1::ListOrdersRequest& request,
                                           orders::v1::ListOrdersResponse& reply) {
  absl::StatusOr<ListRequest> list = DecodeList(call, request);
  if (!list.ok()) co_return wire::ToGrpcStatus(list.status());
  auto run = list_.Run(call, *std::move(list));
  const absl::StatusOr<OrderPage> page = co_await run;
  if (!page.ok()) co_return wire::ToGrpcStatus(page.status());
  for (const domain::Order& order : page->orders) wire::OrderToProto(order, *reply.add_orders());
  reply.set_next_page_token(page->next_page_token);
  reply.set_total_size(static_cast<std::int32_t>(page->total_size.value_or(0)));
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> OrderService::Watch(mesh::CallContext& call, const orders::v1::WatchOrderRequest& request,
                                            mesh::Writer<orders::v1::Order>& out) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  auto run = watch_.Run(call, request.id(), [&out](const domain::Order& order) -> aio::Task<bool> {
    orders::v1::Order message;
    wire::OrderToProto(order, message);
    auto write = out.Write(message);
    co_return co_await write;
  });
  const absl::Status status = co_await run;
  co_return wire::ToGrpcStatus(status);
}

}  // namespace ordermesh::gateway
