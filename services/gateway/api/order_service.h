// ordermesh.orders.v1.OrderService: decodes, calls the use case, maps its answer. No rules stand here.
#pragma once

#include <grpcpp/support/status.h>

#include "libs/aio/task.h"
#include "libs/domain/order.h"
#include "libs/mesh/server.h"
#include "ordermesh/orders/v1/orders.grpc.pb.h"
#include "services/gateway/app/create_order.h"
#include "services/gateway/app/get_order.h"
#include "services/gateway/app/list_orders.h"
#include "services/gateway/app/move_order.h"
#include "services/gateway/app/watch_order.h"

namespace ordermesh::gateway {

// Thread-safe. The use cases must outlive it, and it must outlive the server.
class OrderService {
 public:
  OrderService(CreateOrder& create, GetOrder& get, ListOrders& list, MoveOrder& move, WatchOrder& watch)
      : create_(create), get_(get), list_(list), move_(move), watch_(watch) {}

  // Before the server starts.
  void Register(mesh::Server& server);

  aio::Task<grpc::Status> Create(mesh::CallContext& call, const orders::v1::CreateOrderRequest& request,
                                 orders::v1::Order& reply);
  aio::Task<grpc::Status> Get(mesh::CallContext& call, const orders::v1::GetOrderRequest& request,
                              orders::v1::Order& reply);
  aio::Task<grpc::Status> List(mesh::CallContext& call, const orders::v1::ListOrdersRequest& request,
                               orders::v1::ListOrdersResponse& reply);
  // CancelOrder, PayOrder, ShipOrder, DeliverOrder: `Request` has an id and an etag.
  template <class Request>
  aio::Task<grpc::Status> Move(mesh::CallContext& call, const Request& request, domain::OrderState to,
                               orders::v1::Order& reply);
  aio::Task<grpc::Status> Watch(mesh::CallContext& call, const orders::v1::WatchOrderRequest& request,
                                mesh::Writer<orders::v1::Order>& out);

 private:
  CreateOrder& create_;
  GetOrder& get_;
  ListOrders& list_;
  MoveOrder& move_;
  WatchOrder& watch_;
  orders::v1::OrderService::AsyncService service_;
};

}  // namespace ordermesh::gateway
