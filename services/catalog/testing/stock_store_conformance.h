// What every StockStore has to do. Instantiated for the fake and for PostgreSQL:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, StockStoreConformance, ::testing::Values(+[] { return … }));
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "services/catalog/app/stock_store.h"
#include "services/catalog/testing/stock.h"

namespace ordermesh::catalog {

// A store that starts empty, and what no caller of it can do or see.
class StockStoreWorld {
 public:
  virtual ~StockStoreWorld() = default;
  virtual StockStore& store() = 0;
  // Without `available`, product number `n` has no row of stock.
  virtual void AddProduct(std::uint32_t n, std::optional<std::int64_t> available) = 0;
  virtual void DeleteProduct(std::uint32_t n) = 0;
  // What an order does that has one line.
  virtual void Order(MovementKind kind, const base::Uuid& order, std::uint32_t product, std::int64_t quantity) = 0;
  // As StockEventText has them, in the order in which they happened.
  virtual std::vector<std::string> Events() = 0;
};

class StockStoreConformance : public ::testing::TestWithParam<std::unique_ptr<StockStoreWorld> (*)()> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    for (std::uint32_t product = 1; product <= 3; ++product) world_->AddProduct(product, 10 * product);
    world_->AddProduct(4, std::nullopt);
  }

  absl::StatusOr<StockLevel> Get(std::uint32_t product) {
    return aio::RunSync(lane_, [&] { return world_->store().Get({lane_}, StockProduct(product)); });
  }
  absl::StatusOr<StockLevel> Adjust(const Adjustment& adjustment) {
    return aio::RunSync(lane_, [&] { return world_->store().Adjust({lane_}, adjustment); });
  }
  // "SKU-1 10+0" each.
  std::vector<std::string> List(const StockQuery& query);
  std::int64_t Count(std::optional<std::int64_t> available_below, std::int64_t at_most = 100);
  absl::StatusOr<std::vector<Movement>> Movements(const MovementQuery& query) {
    return aio::RunSync(lane_, [&] { return world_->store().Movements({lane_}, query); });
  }
  // Of all movements of a product, "2: -3+0 (reason 1)" each: kind, changes, reason.
  std::vector<std::string> History(std::uint32_t product);

  std::unique_ptr<StockStoreWorld> world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

}  // namespace ordermesh::catalog
