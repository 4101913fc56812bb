// Gateways and a validator as processes, called over gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <csignal>
#include <future>
#include <memory>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/status.h"
#include "ordermesh/orders/v1/orders.grpc.pb.h"
#include "tests/integration/gateway/gateway_process.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using grpc::health::v1::HealthCheckResponse;
using ordermesh::testing::IsOk;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using orders::v1::Order;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using Stub = orders::v1::OrderService::Stub;

TEST_F(GatewayProcessTest, AnOrderIsCreatedReadListedWatchedAndCancelled) {
  Order created;
  ASSERT_THAT(Create(ARequest("r1"), &created), IsOk());
  EXPECT_EQ(created.state(), orders::v1::ORDER_STATE_ACCEPTED);
  EXPECT_EQ(created.contact().email(), kCanary);
  ASSERT_THAT(created.lines(), SizeIs(1));
  EXPECT_EQ(created.lines(0).name(), "Product 2");
  EXPECT_EQ(created.lines(0).unit_price().units(), 5);
  EXPECT_EQ(created.total().units(), 10);
  EXPECT_EQ(created.total().currency_code(), "EUR");
  EXPECT_GT(created.create_time().seconds(), 0);

  grpc::ClientContext watch_context;
  orders::v1::WatchOrderRequest watch_request;
  watch_request.set_id(created.id());
  auto watch = stub()->WatchOrder(&watch_context, watch_request);
  Order seen;
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.DebugString(), created.DebugString());

  grpc::ClientContext get_context;
  orders::v1::GetOrderRequest get;
  get.set_id(created.id());
  Order got;
  ASSERT_THAT(stub()->GetOrder(&get_context, get, &got), IsOk());
  EXPECT_EQ(got.DebugString(), created.DebugString());

  orders::v1::ListOrdersRequest list;
  list.set_customer_id("CUST-0001");
  list.set_show_total_size(true);
  orders::v1::ListOrdersResponse page;
  grpc::ClientContext list_context;
  ASSERT_THAT(stub()->ListOrders(&list_context, list, &page), IsOk());
  ASSERT_THAT(page.orders(), SizeIs(1));
  EXPECT_EQ(page.orders(0).DebugString(), created.DebugString());
  EXPECT_EQ(page.total_size(), 1);

  orders::v1::CancelOrderRequest cancel;
  cancel.set_id(created.id());
  cancel.set_etag(created.etag());
  Order cancelled;
  grpc::ClientContext cancel_context;
  ASSERT_THAT(stub()->CancelOrder(&cancel_context, cancel, &cancelled), IsOk());
  EXPECT_EQ(cancelled.state(), orders::v1::ORDER_STATE_CANCELLED);
  EXPECT_NE(cancelled.etag(), created.etag());
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.DebugString(), cancelled.DebugString());
  EXPECT_FALSE(watch->Read(&seen));
  EXPECT_THAT(watch->Finish(), IsOk());  // it can change no more
  EXPECT_EQ(world_.Number("SELECT sum(available)::bigint FROM catalog.stock"), 300);
  EXPECT_EQ(
      world_.Number("SELECT count(*) FROM orders.outbox WHERE payload IS NOT NULL AND type LIKE 'ordermesh.order.%'"),
      2);
  EXPECT_THAT(gateway_->log(), Not(HasSubstr(kCanary)));
  EXPECT_THAT(gateway_->Get("/metrics"), Not(HasSubstr(kCanary)));
  EXPECT_EQ(world_.Text("SELECT contact_email FROM orders.orders"), kCanary);  // the canary was there to be found
}

TEST_F(GatewayProcessTest, EveryViolationIsToldAtOnce) {
  orders::v1::CreateOrderRequest request = ARequest("r1", 0);
  request.mutable_order()->set_customer_id("nobody");
  request.mutable_order()->add_lines()->set_sku("nothing");
  Order order;
  const grpc::Status status = Create(request, &order);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(domain::RefusalOf(wire::FromGrpcStatus(status)).violations, SizeIs(4));
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 0);

  request = ARequest("r2");
  for (int i = 0; i < 10'000; ++i) request.mutable_order()->add_lines()->set_sku("SKU-0001");
  const grpc::Status lines = Create(request, &order);
  EXPECT_THAT(lines, StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_THAT(domain::RefusalOf(wire::FromGrpcStatus(lines)).violations, SizeIs(1));
  EXPECT_EQ(domain::RefusalOf(wire::FromGrpcStatus(lines)).violations[0].rule, "LINES_TOO_MANY");

  const grpc::Status stock = Create(ARequest("r3", 999), &order);
  EXPECT_THAT(stock, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(domain::RefusalOf(wire::FromGrpcStatus(stock)).violations, SizeIs(1));
}

// Together they are more than a message may have, on their way from validation and in a list.
TEST_F(GatewayProcessTest, TheLargestOrdersAreAcceptedTogetherAndListed) {
  constexpr int kOrders = 100;
  world_.Run(absl::StrCat(
      "INSERT INTO catalog.products (id, sku, name, price_minor, currency) SELECT ('00000000-0000-7000-8000-' || "
      "lpad((1000 + n)::text, 12, '0'))::uuid, rpad('LONG-' || n || '-', ",
      domain::kMaxSkuBytes, ", 'x'), repeat(U&'\\+01F4E6', ", domain::kMaxProductNameCharacters,
      "), 100, 'EUR' FROM generate_series(1, 100) n;"
      "INSERT INTO catalog.stock (product_id, available) SELECT id, 1000 FROM catalog.products WHERE sku LIKE "
      "'LONG%'"));
  StartValidation();
  // One lane, which gathers for long enough that all of a batch come together; and one connection, since all want the
  // same stock, and none shall wait for it.
  gateway_ = StartGateway({"--lanes=1", "--intake_wait_ms=500", "--intake_connections=1"});
  std::vector<std::future<grpc::Status>> calls;
  for (int i = 0; i < kOrders; ++i) {
    calls.push_back(std::async(std::launch::async, [this, i, stub = stub()] {
      orders::v1::CreateOrderRequest request = ARequest(absl::StrCat("large-", i));
      request.mutable_order()->clear_lines();
      for (int n = 1; n <= domain::kMaxLines; ++n) {
        std::string sku = absl::StrCat("LONG-", n, "-");
        sku.resize(domain::kMaxSkuBytes, 'x');
        auto* line = request.mutable_order()->add_lines();
        line->set_sku(sku);
        line->set_quantity(1);
      }
      Order order;
      return Create(*stub, request, &order);
    }));
  }
  for (auto& call : calls) EXPECT_THAT(call.get(), IsOk());

  int listed = 0, pages = 0;
  orders::v1::ListOrdersRequest list;
  list.set_page_size(kOrders);
  do {
    grpc::ClientContext context;
    orders::v1::ListOrdersResponse page;
    ASSERT_THAT(stub()->ListOrders(&context, list, &page), IsOk());
    EXPECT_LE(page.ByteSizeLong(), api::kMaxPageBytes + domain::kLargestOrderBytes);
    listed += page.orders_size();
    ++pages;
    list.set_page_token(page.next_page_token());
  } while (!list.page_token().empty());
  EXPECT_EQ(listed, kOrders);
  EXPECT_GT(pages, 1);
}

TEST_F(GatewayProcessTest, RequestIdsComeByFieldAndByHeader) {
  Order first, again;
  ASSERT_THAT(Create(ARequest("r1"), &first), IsOk());
  ASSERT_THAT(Create(ARequest(""), &again, "\"r1\""), IsOk());
  EXPECT_EQ(again.id(), first.id());
  ASSERT_THAT(Create(ARequest("r1"), &again, "r1"), IsOk());
  EXPECT_EQ(again.id(), first.id());
  EXPECT_EQ(ReasonOf(Create(ARequest("r1"), &again, "r2")), reasons::kRequestIdsDiffer);
  EXPECT_EQ(ReasonOf(Create(ARequest(std::string(129, 'x')), &again)), reasons::kRequestIdMalformed);
  for (const auto& [second, reason] :
       {std::pair("r2", reasons::kRequestIdsDiffer), std::pair("", reasons::kRequestIdMalformed)}) {
    grpc::ClientContext context;
    context.AddMetadata("idempotency-key", "r1");
    context.AddMetadata("idempotency-key", second);
    EXPECT_EQ(ReasonOf(stub()->CreateOrder(&context, ARequest(""), &again)), reason);
  }
  EXPECT_EQ(ReasonOf(Create(ARequest("r1", 3), &again)), reasons::kIdempotencyKeyReused);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 1);

  orders::v1::CreateOrderRequest quote = ARequest("r9", 5);
  quote.set_validate_only(true);
  Order quoted;
  ASSERT_THAT(Create(quote, &quoted), IsOk());
  EXPECT_EQ(quoted.total().units(), 25);
  EXPECT_EQ(quoted.id(), "");
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 1);
}

TEST_F(GatewayProcessTest, FiftyEqualRequestsOverFiftyConnectionsAndTwoGatewaysAreOneOrder) {
  auto other = StartGateway();
  std::vector<std::unique_ptr<Stub>> stubs;
  for (int i = 0; i < 50; ++i) {
    stubs.push_back(Connect(i % 2 == 0 ? *gateway_ : *other));
    grpc::ClientContext context;  // connects
    orders::v1::ListOrdersRequest list;
    orders::v1::ListOrdersResponse page;
    ASSERT_THAT(stubs.back()->ListOrders(&context, list, &page), IsOk());
  }
  std::barrier start(50);
  base::Mutex mu;
  std::set<std::string> replies;
  std::vector<std::jthread> clients;
  for (auto& stub : stubs) {
    clients.emplace_back([&] {
      start.arrive_and_wait();
      Order order;
      const grpc::Status status = Create(*stub, ARequest("the-same"), &order);
      EXPECT_THAT(status, IsOk());
      base::MutexLock lock(mu);
      replies.insert(order.SerializeAsString());
    });
  }
  clients.clear();
  EXPECT_THAT(replies, SizeIs(1));  // one order, and equal replies
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 1);
  EXPECT_GE(gateway_->Metric("ordermesh_intake_batches_total", "stage=\"store\"") +
                other->Metric("ordermesh_intake_batches_total", "stage=\"store\""),
            2);
  EXPECT_EQ(gateway_->Metric("ordermesh_orders_accepted_total") + other->Metric("ordermesh_orders_accepted_total"), 1);
}

TEST_F(GatewayProcessTest, WithEveryValidatorDownNothingIsStoredAndAllElseIsServed) {
  Order stored, cancelled;
  ASSERT_THAT(Create(ARequest("r1"), &stored), IsOk());
  const std::string listen = validation_->grpc();
  validation_->Signal(SIGKILL);
  validation_->Wait();
  EXPECT_LT(gateway_->WaitFor("/readyz", "\"ordermesh.orders.v1.OrderService/CreateOrder\":\"failing\""), 2.0);
  EXPECT_THAT(gateway_->Get("/readyz"), AllOf(HasSubstr("200"), HasSubstr("\"validation\":\"failing\""),
                                              HasSubstr("\"ordermesh.orders.v1.OrderService\":\"ok\"")));
  EXPECT_THAT(gateway_->Get("/healthz"), HasSubstr("200"));
  EXPECT_EQ(Health(""), HealthCheckResponse::SERVING);
  EXPECT_EQ(Health("ordermesh.orders.v1.OrderService"), HealthCheckResponse::SERVING);
  EXPECT_EQ(Health("ordermesh.orders.v1.OrderService/CreateOrder"), HealthCheckResponse::NOT_SERVING);

  Order order;
  const grpc::Status refused = Create(ARequest("r2"), &order);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(ReasonOf(refused), reasons::kValidationUnavailable);
  EXPECT_TRUE(domain::RefusalOf(wire::FromGrpcStatus(refused)).retry_after.has_value());
  ASSERT_THAT(Create(ARequest("r1"), &order), IsOk());
  EXPECT_EQ(order.id(), stored.id());
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 1);
  {
    grpc::ClientContext getting, listing, cancelling;
    orders::v1::GetOrderRequest get;
    get.set_id(stored.id());
    EXPECT_THAT(stub()->GetOrder(&getting, get, &order), IsOk());
    orders::v1::ListOrdersResponse page;
    EXPECT_THAT(stub()->ListOrders(&listing, {}, &page), IsOk());
    EXPECT_EQ(page.orders_size(), 1);
    orders::v1::CancelOrderRequest cancel;
    cancel.set_id(stored.id());
    EXPECT_THAT(stub()->CancelOrder(&cancelling, cancel, &cancelled), IsOk());
    EXPECT_EQ(cancelled.state(), orders::v1::ORDER_STATE_CANCELLED);
  }

  StartValidation(listen);
  gateway_->WaitFor("/readyz", "\"failing\":[]");
  EXPECT_THAT(Create(ARequest("r2"), &order), IsOk());
}

TEST_F(GatewayProcessTest, CallsOfOneKindThatPileUpKeepNobodyFromTheOthers) {
  gateway_ = StartGateway({"--max_calls=2"});
  Order before;
  ASSERT_THAT(Create(ARequest("before"), &before), IsOk());
  validation_->Signal(SIGSTOP);
  std::vector<Order> orders(3);
  std::vector<std::future<grpc::Status>> creates;
  for (int i = 0; i < 3; ++i) {
    creates.push_back(std::async(std::launch::async, [this, i, &orders] {
      return Create(*Connect(*gateway_), ARequest(absl::StrCat("r", i)), &orders[i]);
    }));
  }
  // Two hang, which leaves no room for the third.
  std::future<grpc::Status>* refused = nullptr;
  while (refused == nullptr) {
    for (auto& create : creates) {
      if (create.wait_for(std::chrono::milliseconds(5)) == std::future_status::ready) refused = &create;
    }
  }
  const grpc::Status refusal = refused->get();
  EXPECT_EQ(refusal.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(refusal), reasons::kOverloaded);

  grpc::ClientContext get_context;
  orders::v1::GetOrderRequest get;
  get.set_id(before.id());
  Order read;
  EXPECT_THAT(stub()->GetOrder(&get_context, get, &read), IsOk());
  grpc::ClientContext cancel_context;
  orders::v1::CancelOrderRequest cancel;
  cancel.set_id(before.id());
  Order cancelled;
  EXPECT_THAT(stub()->CancelOrder(&cancel_context, cancel, &cancelled), IsOk());

  validation_->Signal(SIGCONT);
  for (auto& create : creates) {
    if (&create == refused) continue;
    EXPECT_THAT(create.get(), IsOk());
  }
}

TEST_F(GatewayProcessTest, ADatabaseThatHangsIsNamed) {
  Stack::Pause("postgres");
  const double took = gateway_->WaitFor("/readyz", "503");
  const std::string answer = gateway_->Get("/readyz");
  const std::string health = gateway_->Get("/healthz");
  // The validator loses its database too, and the gateway sees it: so what it says of the validator afterwards is not
  // from before.
  validation_->WaitFor("/readyz", "503");
  gateway_->WaitFor("/readyz", "\"validation\":\"failing\"");
  Stack::Resume("postgres");
  EXPECT_LT(took, 10.0);  // two, and a busy machine's
  EXPECT_THAT(answer, HasSubstr("\"database\":\"failing\""));
  EXPECT_THAT(health, HasSubstr("200"));
  gateway_->WaitFor("/readyz", "\"failing\":[]");
  Order order;
  EXPECT_THAT(Create(ARequest("r1"), &order), IsOk());  // ready means that the next call is served
}

TEST_F(GatewayProcessTest, AMissingMigrationIsNamed) {
  world_.Run("UPDATE ordermesh.migrations SET name = 'orders/hidden' WHERE name LIKE 'orders/0004%'");
  EXPECT_LT(gateway_->WaitFor("/readyz", "503"), 2.0);
  EXPECT_THAT(gateway_->Get("/readyz"), HasSubstr("\"schema\":\"failing\""));
}

TEST_F(GatewayProcessTest, AStoppingGatewayEndsItsWatchesAndFinishesItsCalls) {
  Order created;
  ASSERT_THAT(Create(ARequest("r1"), &created), IsOk());
  grpc::ClientContext context;
  orders::v1::WatchOrderRequest request;
  request.set_id(created.id());
  auto watch = stub()->WatchOrder(&context, request);
  Order seen;
  ASSERT_TRUE(watch->Read(&seen));

  // A call in flight: it waits for stock that another transaction holds.
  postgres::Connection holder({.url = world_.url(), .application_name = "holder"});
  ASSERT_THAT(holder.Run("BEGIN; SELECT * FROM catalog.stock FOR UPDATE"), IsOk());
  grpc::Status in_flight;
  std::jthread client([&] {
    Order order;
    in_flight = Create(ARequest("r2"), &order);
  });
  while (gateway_->Metric("ordermesh_intake_waiting_orders") < 1) std::this_thread::yield();
  gateway_->Signal(SIGTERM);
  ASSERT_THAT(holder.Run("COMMIT"), IsOk());
  client.join();
  EXPECT_THAT(in_flight, IsOk());
  EXPECT_FALSE(watch->Read(&seen));
  EXPECT_THAT(watch->Finish(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(gateway_->Wait(), 0);
}

}  // namespace
}  // namespace ordermesh::gateway
