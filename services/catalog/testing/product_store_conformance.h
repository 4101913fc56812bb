// What every ProductStore has to do. Instantiated for the fake and for PostgreSQL:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, ProductStoreConformance, ::testing::Values(+[] { return … }));
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "services/catalog/app/product_store.h"
#include "services/catalog/testing/products.h"

namespace ordermesh::catalog {

// A store that starts empty and tells ProductTextEvents, and what no caller of it can see.
class ProductStoreWorld {
 public:
  virtual ~ProductStoreWorld() = default;
  virtual ProductStore& store() = 0;
  // What was told, in the order in which it happened.
  virtual std::vector<OutboxEvent> Events() = 0;
};

class ProductStoreConformance : public ::testing::TestWithParam<std::unique_ptr<ProductStoreWorld> (*)()> {
 protected:
  void SetUp() override { world_ = GetParam()(); }

  absl::StatusOr<Product> Create(const ProductCreation& creation) {
    return aio::RunSync(lane_, [&] { return world_->store().Create({lane_}, creation); });
  }
  absl::StatusOr<Product> Change(const ProductKey& key, ProductEdit edit) {
    ++changes_;
    return aio::RunSync(lane_, [&] {
      return world_->store().Change({lane_}, {.key = key,
                                              .edit = std::move(edit),
                                              .event_id = ordermesh::testing::FakeIds::Number(4'000'000 + changes_),
                                              .traceparent = kProductTraceparent});
    });
  }
  absl::StatusOr<Product> Get(const ProductKey& key) {
    return aio::RunSync(lane_, [&] { return world_->store().Get({lane_}, key); });
  }
  // Stored, or the test has failed.
  Product Store(std::uint32_t n) { return Store(n, AProduct(n)); }
  Product Store(std::uint32_t n, ProductContent content);
  // The numbers of the SKUs "SKU-<n>" of all pages of this size, from the first.
  std::vector<int> List(ProductQuery query, int page_size = 3);
  std::int64_t Count(const ProductFilter& filter, std::int64_t at_most = 1000);
  std::vector<std::string> Told();  // the payloads

  std::unique_ptr<ProductStoreWorld> world_;
  std::uint32_t changes_ = 0;
  aio::ThreadLane lane_{base::SystemTimer()};
};

// Seven products whose names, prices and SKUs run against each other, in either case, and some are equal.
class ProductListConformance : public ProductStoreConformance {
 protected:
  void SetUp() override;

  std::vector<ProductContent> contents_;
  std::vector<Product> stored_;
};

}  // namespace ordermesh::catalog
