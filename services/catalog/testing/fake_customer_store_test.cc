#include "services/catalog/testing/fake_customer_store.h"

#include <memory>
#include <vector>

#include "libs/testing/fake_clock.h"
#include "services/catalog/testing/customer_store_conformance.h"

namespace ordermesh::catalog {
namespace {

class FakeWorld : public CustomerStoreWorld {
 public:
  // Each use is later than the one before.
  CustomerStore& store() override {
    clock_.Advance(absl::Milliseconds(1));
    return store_;
  }
  std::vector<FakeCustomerStore::Event> Events() override { return store_.Events(); }

 private:
  ordermesh::testing::FakeClock clock_;
  FakeCustomerStore store_{clock_};
};

INSTANTIATE_TEST_SUITE_P(Fake, CustomerStoreConformance,
                         ::testing::Values(+[]() -> std::unique_ptr<CustomerStoreWorld> {
                           return std::make_unique<FakeWorld>();
                         }));

}  // namespace
}  // namespace ordermesh::catalog
