// What every CustomerStore has to do. Instantiated for the fake and for PostgreSQL:
//
//   INSTANTIATE_TEST_SUITE_P(Fake, CustomerStoreConformance, ::testing::Values(+[] { return … }));
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "services/catalog/app/customer_store.h"
#include "services/catalog/testing/customers.h"
#include "services/catalog/testing/fake_customer_store.h"

namespace ordermesh::catalog {

// A store that starts empty, and what no caller of it can see.
class CustomerStoreWorld {
 public:
  virtual ~CustomerStoreWorld() = default;
  virtual CustomerStore& store() = 0;
  // In the order in which they happened.
  virtual std::vector<FakeCustomerStore::Event> Events() = 0;
};

class CustomerStoreConformance : public ::testing::TestWithParam<std::unique_ptr<CustomerStoreWorld> (*)()> {
 protected:
  void SetUp() override { world_ = GetParam()(); }

  absl::StatusOr<Customer> Create(const CustomerCreation& creation) {
    return aio::RunSync(lane_, [&] { return world_->store().Create({lane_}, creation); });
  }
  // Number `n`, with this content. Stored, or the test has failed.
  Customer Store(std::uint32_t n, CustomerContent content);
  Customer Store(std::uint32_t n) { return Store(n, AContent(n)); }
  absl::StatusOr<Customer> Get(std::uint32_t n) {
    return aio::RunSync(lane_, [&] { return world_->store().Get({lane_}, CustomerNumber(n)); });
  }
  absl::StatusOr<Customer> Update(std::uint32_t n, const CustomerFields& fields,
                                  std::optional<std::int64_t> version = std::nullopt);
  absl::StatusOr<Customer> Delete(std::uint32_t n, std::optional<std::int64_t> version = std::nullopt);
  std::vector<std::string> List(const CustomerQuery& query);
  // Read two at a time from the beginning to the end.
  std::vector<std::string> ListByPages(const CustomerFilter& filter);
  std::int64_t Count(const CustomerFilter& filter, std::int64_t at_most = 1000);

  std::unique_ptr<CustomerStoreWorld> world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

}  // namespace ordermesh::catalog
