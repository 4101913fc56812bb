// Gateways and a validator as processes, called over gRPC.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "grpc/health/v1/health.grpc.pb.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/status.h"
#include "ordermesh/orders/v1/orders.grpc.pb.h"
#include "tests/integration/gateway/postgres_world.h"
#include "tests/integration/gateway/service_process.h"

namespace ordermesh::gateway {

inline constexpr char kCanary[] = "canary-7731@example.com";

inline std::string ReasonOf(const grpc::Status& status) {
  return domain::RefusalOf(wire::FromGrpcStatus(status)).reason;
}

class GatewayProcessTest : public ::testing::Test {
 protected:
  GatewayProcessTest() {
    world_.Run(
        "INSERT INTO catalog.products (id, sku, name, price_minor, currency) SELECT ('00000000-0000-7000-8000-' || "
        "lpad(n::text, 12, '0'))::uuid, 'SKU-000' || n, 'Product ' || n, 250 * n, 'EUR' FROM generate_series(1, 3) n;"
        "INSERT INTO catalog.stock (product_id, available) SELECT id, 100 FROM catalog.products;"
        "INSERT INTO catalog.customers (id, name, email) VALUES ('CUST-0001', 'One', 'one@example.com')");
    StartValidation();
    gateway_ = StartGateway();
  }

  void StartValidation(const std::string& listen = "127.0.0.1:0") {
    validation_ = std::make_unique<ServiceProcess>(
        ORDERMESH_VALIDATION,
        std::vector<std::string>{"--database_url=" + world_.UrlAs("ordermesh_validation"), "--drain_delay_ms=0"},
        listen);
    validation_->WaitFor("/readyz", "200");
  }
  std::unique_ptr<ServiceProcess> StartGateway(std::vector<std::string> flags = {}) {
    flags.insert(flags.end(), {"--database_url=" + world_.UrlAs("ordermesh_gateway"),
                               "--validation_target=" + validation_->grpc(), "--drain_delay_ms=0"});
    auto gateway = std::make_unique<ServiceProcess>(ORDERMESH_GATEWAY, std::move(flags));
    gateway->WaitFor("/readyz", "200");
    return gateway;
  }
  // With a connection of its own.
  static std::unique_ptr<orders::v1::OrderService::Stub> Connect(const ServiceProcess& gateway) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return orders::v1::OrderService::NewStub(
        grpc::CreateCustomChannel(gateway.grpc(), grpc::InsecureChannelCredentials(), arguments));
  }
  grpc::health::v1::HealthCheckResponse::ServingStatus Health(const std::string& service) {
    const auto health =
        grpc::health::v1::Health::NewStub(grpc::CreateChannel(gateway_->grpc(), grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    grpc::health::v1::HealthCheckResponse response;
    EXPECT_THAT(health->Check(&context, request, &response), ordermesh::testing::IsOk()) << service;
    return response.status();
  }
  static orders::v1::CreateOrderRequest ARequest(const std::string& request_id, int quantity = 2) {
    orders::v1::CreateOrderRequest request;
    request.set_request_id(request_id);
    request.mutable_order()->set_customer_id("CUST-0001");
    request.mutable_order()->mutable_contact()->set_email(kCanary);
    auto* line = request.mutable_order()->add_lines();
    line->set_sku("SKU-0002");
    line->set_quantity(quantity);
    return request;
  }
  static grpc::Status Create(orders::v1::OrderService::Stub& stub, const orders::v1::CreateOrderRequest& request,
                             orders::v1::Order* order, const std::string& idempotency_key = "") {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    if (!idempotency_key.empty()) context.AddMetadata("idempotency-key", idempotency_key);
    return stub.CreateOrder(&context, request, order);
  }
  grpc::Status Create(const orders::v1::CreateOrderRequest& request, orders::v1::Order* order,
                      const std::string& idempotency_key = "") {
    return Create(*stub(), request, order, idempotency_key);
  }
  orders::v1::OrderService::Stub* stub() {
    if (stub_ == nullptr) stub_ = Connect(*gateway_);
    return stub_.get();
  }

  PostgresWorld world_;
  std::unique_ptr<ServiceProcess> validation_, gateway_;
  std::unique_ptr<orders::v1::OrderService::Stub> stub_;
};

}  // namespace ordermesh::gateway
