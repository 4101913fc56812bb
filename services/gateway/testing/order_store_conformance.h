// What every OrderStore has to do. Instantiated for the fake and for PostgreSQL:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, OrderStoreConformance, ::testing::Values(+[] { return … }));
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gtest/gtest.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "services/gateway/app/order_store.h"
#include "services/gateway/testing/fake_order_store.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {

// A store that starts empty, and what no caller of it can do or see.
class OrderStoreWorld {
 public:
  virtual ~OrderStoreWorld() = default;
  virtual OrderStore& store() = 0;
  virtual void SetStock(const domain::ProductId& product, std::int64_t available) = 0;
  virtual std::int64_t Stock(const domain::ProductId& product) = 0;
  virtual std::int64_t Reserved(const domain::ProductId& product) = 0;
  // As if the order had been paid for, shipped, …
  virtual void SetState(const domain::OrderId& id, domain::OrderState state) = 0;
  // In the order in which they happened.
  virtual std::vector<FakeOrderStore::Event> Events() = 0;
};

class OrderStoreConformance : public ::testing::TestWithParam<std::unique_ptr<OrderStoreWorld> (*)()> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    for (std::uint32_t product = 1; product <= 3; ++product) world_->SetStock(ProductNumber(product), 10);
  }

  std::vector<absl::StatusOr<Accepted>> Accept(std::vector<Acceptance> batch) {
    return aio::RunSync(lane_, [&] { return world_->store().Accept(lane_, batch); });
  }
  // Stored, or the test has failed.
  domain::Order Store(Acceptance asked);
  absl::StatusOr<domain::Order> Get(const domain::OrderId& id, const std::string& caller = "default") {
    return aio::RunSync(lane_, [&] { return world_->store().Get({lane_}, caller, id); });
  }
  absl::StatusOr<std::vector<std::optional<StoredRequest>>> Find(std::vector<RequestKey> keys) {
    return aio::RunSync(lane_, [&] { return world_->store().Find({lane_}, keys); });
  }
  std::vector<domain::OrderId> List(const OrderQuery& query);
  absl::StatusOr<std::int64_t> Count(const OrderFilter& filter, std::int64_t at_most) {
    return aio::RunSync(lane_, [&] { return world_->store().Count({lane_}, filter, at_most); });
  }
  absl::StatusOr<domain::Order> Move(domain::OrderState to, std::uint32_t order,
                                     std::optional<std::int64_t> version = std::nullopt,
                                     const std::string& caller = "default");
  absl::StatusOr<domain::Order> Cancel(std::uint32_t order, std::optional<std::int64_t> version = std::nullopt,
                                       const std::string& caller = "default") {
    return Move(domain::OrderState::kCancelled, order, version, caller);
  }
  std::int64_t Stock(std::uint32_t product) { return world_->Stock(ProductNumber(product)); }
  std::int64_t Reserved(std::uint32_t product) { return world_->Reserved(ProductNumber(product)); }

  std::unique_ptr<OrderStoreWorld> world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

}  // namespace ordermesh::gateway
