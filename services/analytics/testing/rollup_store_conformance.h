// What every RollupStore has to do. Instantiated for the fake and for PostgreSQL:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, RollupStoreConformance, ::testing::Values(+[] { return … }));
#pragma once

#include <memory>

#include "gtest/gtest.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

// Rollups that start empty; stores opened from one of them share it.
class RollupStoreWorld {
 public:
  virtual ~RollupStoreWorld() = default;
  virtual std::unique_ptr<RollupStore> Open() = 0;
};

class RollupStoreConformance : public ::testing::TestWithParam<std::unique_ptr<RollupStoreWorld> (*)()> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    store_ = world_->Open();
    ASSERT_TRUE(store_->Load(kPartition).ok());
  }

  // A batch of one record for each event, from `first`.
  EventBatch BatchAt(std::int64_t first, std::vector<SaleEvent> events) const;
  std::vector<SalesFigure> Figures(SalesQuery query = {});
  std::vector<SalesFigure> FiguresByProduct();
  Position Where(const Partition& partition);

  const Partition kPartition{"orders.events", 0};
  const Partition kOther{"orders.events", 1};
  std::unique_ptr<RollupStoreWorld> world_;
  std::unique_ptr<RollupStore> store_;
};

}  // namespace ordermesh::analytics
