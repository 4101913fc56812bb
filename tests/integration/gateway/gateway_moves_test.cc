// Orders that move on, over gRPC: paid, shipped, delivered; and expired by gateways that are killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/wire/order_event.h"
#include "tests/integration/gateway/gateway_process.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using orders::v1::Order;
using orders::v1::OrderService;
using ::testing::SizeIs;

class GatewayMovesTest : public GatewayProcessTest {
 protected:
  template <class Request>
  using Method = grpc::Status (OrderService::Stub::*)(grpc::ClientContext*, const Request&, Order*);

  template <class Request>
  grpc::Status Move(Method<Request> method, const std::string& id, Order* order, const std::string& etag = "",
                    const std::string& caller = "") {
    grpc::ClientContext context;
    if (!caller.empty()) context.AddMetadata("x-ordermesh-caller", caller);
    Request request;
    request.set_id(id);
    request.set_etag(etag);
    return (stub()->*method)(&context, request, order);
  }
  grpc::Status Pay(const std::string& id, Order* order, const std::string& etag = "", const std::string& caller = "") {
    return Move<orders::v1::PayOrderRequest>(&OrderService::Stub::PayOrder, id, order, etag, caller);
  }
  grpc::Status Ship(const std::string& id, Order* order, const std::string& etag = "") {
    return Move<orders::v1::ShipOrderRequest>(&OrderService::Stub::ShipOrder, id, order, etag);
  }
  grpc::Status Deliver(const std::string& id, Order* order, const std::string& etag = "") {
    return Move<orders::v1::DeliverOrderRequest>(&OrderService::Stub::DeliverOrder, id, order, etag);
  }
  grpc::Status Cancel(const std::string& id, Order* order, const std::string& etag = "") {
    return Move<orders::v1::CancelOrderRequest>(&OrderService::Stub::CancelOrder, id, order, etag);
  }
  // The events about an order, as consumers read them.
  std::vector<wire::OrderEventData> Events(const std::string& id) {
    std::vector<wire::OrderEventData> events;
    const std::string of = absl::StrCat(" FROM orders.outbox WHERE aggregate_id = '", id, "'");
    const std::int64_t count = world_.Number("SELECT count(*)" + of);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto event = wire::DecodeOrderEvent(
          world_.Text(absl::StrCat("SELECT payload", of, " ORDER BY xid, position OFFSET ", i, " LIMIT 1")));
      EXPECT_THAT(event, IsOk());
      if (event.ok()) events.push_back(*event);
    }
    return events;
  }
};

TEST_F(GatewayMovesTest, AnOrderIsPaidShippedAndDelivered) {
  Order created, order;
  ASSERT_THAT(Create(ARequest("r1"), &created), IsOk());
  EXPECT_EQ(ReasonOf(Ship(created.id(), &order)), reasons::kOrderStateForbids);
  EXPECT_EQ(ReasonOf(Deliver(created.id(), &order)), reasons::kOrderStateForbids);

  Order paid, shipped, delivered;
  ASSERT_THAT(Pay(created.id(), &paid, created.etag()), IsOk());
  EXPECT_EQ(paid.state(), orders::v1::ORDER_STATE_PAID);
  EXPECT_EQ(ReasonOf(Ship(created.id(), &order, created.etag())), reasons::kEtagStale);
  EXPECT_EQ(world_.Number("SELECT sum(reserved)::bigint FROM catalog.stock"), 2);
  ASSERT_THAT(Ship(created.id(), &shipped, paid.etag()), IsOk());
  EXPECT_EQ(shipped.state(), orders::v1::ORDER_STATE_SHIPPED);
  EXPECT_EQ(world_.Number("SELECT sum(reserved)::bigint FROM catalog.stock"), 0);
  EXPECT_EQ(ReasonOf(Cancel(created.id(), &order)), reasons::kOrderStateForbids);
  ASSERT_THAT(Deliver(created.id(), &delivered, shipped.etag()), IsOk());
  EXPECT_EQ(delivered.state(), orders::v1::ORDER_STATE_DELIVERED);
  EXPECT_EQ(delivered.cancel_reason(), orders::v1::CANCEL_REASON_UNSPECIFIED);

  // Repeats, with the etags of then.
  ASSERT_THAT(Pay(created.id(), &order, created.etag()), IsOk());
  EXPECT_EQ(order.DebugString(), delivered.DebugString());
  ASSERT_THAT(Ship(created.id(), &order, paid.etag()), IsOk());
  EXPECT_EQ(order.DebugString(), delivered.DebugString());
  ASSERT_THAT(Deliver(created.id(), &order), IsOk());
  EXPECT_EQ(order.DebugString(), delivered.DebugString());

  EXPECT_EQ(world_.Number("SELECT sum(available + reserved)::bigint FROM catalog.stock"), 298);
  EXPECT_TRUE(world_.MovementsSumToStock());
  const std::vector<wire::OrderEventData> events = Events(created.id());
  ASSERT_THAT(events, SizeIs(4));
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].order_version, static_cast<std::int64_t>(i) + 1);
    EXPECT_EQ(events[i].previous_order_version, static_cast<std::int64_t>(i));
    EXPECT_EQ(events[i].caller, "default");
    EXPECT_EQ(events[i].accept_time, events[0].accept_time);
    ASSERT_TRUE(events[i].update_time.has_value());
    EXPECT_GT(*events[i].update_time, i == 0 ? absl::InfinitePast() : *events[i - 1].update_time);
  }
  EXPECT_EQ(world_.Number("SELECT count(DISTINCT type) FROM orders.outbox"), 4);
}

TEST_F(GatewayMovesTest, WhatCannotBeMovedIsToldWhy) {
  Order created, order;
  ASSERT_THAT(Create(ARequest("r1"), &created), IsOk());
  EXPECT_EQ(ReasonOf(Pay("7", &order)), reasons::kIdMalformed);
  EXPECT_EQ(ReasonOf(Pay(created.id(), &order, "rubbish")), reasons::kEtagMalformed);
  EXPECT_EQ(ReasonOf(Pay("00000000-0000-7000-8000-000000000000", &order)), reasons::kOrderNotFound);
  EXPECT_EQ(ReasonOf(Pay(created.id(), &order, "", "somebody-else")), reasons::kOrderNotFound);
  EXPECT_EQ(ReasonOf(Pay(created.id(), &order, "", "not visible")), reasons::kCallerMalformed);
  ASSERT_THAT(Cancel(created.id(), &order), IsOk());
  EXPECT_EQ(order.cancel_reason(), orders::v1::CANCEL_REASON_REQUESTED);
  const grpc::Status refused = Pay(created.id(), &order);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(refused), reasons::kOrderStateForbids);
  EXPECT_TRUE(world_.MovementsSumToStock());
}

TEST_F(GatewayMovesTest, UnpaidOrdersStayUnlessToldOtherwise) {
  Order created;
  ASSERT_THAT(Create(ARequest("r1"), &created), IsOk());
  world_.Run("UPDATE orders.orders SET created_at = created_at - interval '10 years'");
  auto other = StartGateway();
  EXPECT_EQ(world_.Number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                          "application_name = 'ordermesh-gateway expiry'"),
            0);
  EXPECT_EQ(world_.Number("SELECT state::bigint FROM orders.orders"), 1);
}

// Two gateways expire orders, one is killed in the middle, and a third takes its place.
TEST_F(GatewayMovesTest, UnpaidOrdersExpireOnceWhicheverGatewayIsKilled) {
  constexpr int kOrders = 40;
  std::vector<Order> created(kOrders);
  for (int i = 0; i < kOrders; ++i) ASSERT_THAT(Create(ARequest(absl::StrCat("r", i)), &created[i]), IsOk());
  Order paid;
  ASSERT_THAT(Pay(created[7].id(), &paid), IsOk());
  world_.Run("UPDATE orders.orders SET created_at = created_at - interval '2 hours'");
  Order young;
  ASSERT_THAT(Create(ARequest("young"), &young), IsOk());
  // The third order is held up until the first gateway is gone.
  postgres::Connection holder({.url = world_.url(), .application_name = "holder"});
  ASSERT_THAT(
      holder.Run(absl::StrCat("BEGIN; SELECT 1 FROM orders.orders WHERE id = '", created[2].id(), "' FOR UPDATE")),
      IsOk());
  const auto expired = [&] { return world_.Number("SELECT count(*) FROM orders.orders WHERE cancel_reason = 2"); };
  const std::string ttl = "--unpaid_order_ttl_s=3600";
  auto first = StartGateway({ttl});
  while (expired() < 2) std::this_thread::yield();
  auto second = StartGateway({ttl});
  first->Signal(SIGKILL);
  first->Wait();
  ASSERT_THAT(holder.Run("ROLLBACK"), IsOk());
  while (expired() < kOrders - 1) std::this_thread::yield();

  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders WHERE state = 2"), kOrders - 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox WHERE type = 'ordermesh.order.cancelled.v1'"),
            kOrders - 1);
  EXPECT_EQ(world_.Number("SELECT sum(reserved)::bigint FROM catalog.stock"),
            4);  // the paid one's, and the young one's
  const std::vector<wire::OrderEventData> events = Events(created[0].id());
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].state, domain::OrderState::kCancelled);
  EXPECT_EQ(events[1].cancel_reason, domain::CancelReason::kPaymentExpired);
  EXPECT_EQ(events[1].previous_order_version, 1);
  EXPECT_TRUE(world_.MovementsSumToStock());
  Order order;
  EXPECT_EQ(ReasonOf(Pay(created[0].id(), &order)), reasons::kOrderStateForbids);
  ASSERT_THAT(Cancel(created[0].id(), &order), IsOk());  // it is
  EXPECT_EQ(order.cancel_reason(), orders::v1::CANCEL_REASON_PAYMENT_EXPIRED);
  while (second->Metric("ordermesh_orders_expired_total") < kOrders - 3) std::this_thread::yield();
}

}  // namespace
}  // namespace ordermesh::gateway
