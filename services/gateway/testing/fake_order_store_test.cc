#include "services/gateway/testing/fake_order_store.h"

#include "services/gateway/testing/order_store_conformance.h"

namespace ordermesh::gateway {
namespace {

class FakeWorld : public OrderStoreWorld {
 public:
  OrderStore& store() override { return store_; }
  void SetStock(const domain::ProductId& product, std::int64_t available) override {
    store_.SetStock(product, available);
  }
  std::int64_t Stock(const domain::ProductId& product) override { return store_.Stock(product); }
  std::int64_t Reserved(const domain::ProductId& product) override { return store_.Reserved(product); }
  void SetState(const domain::OrderId& id, domain::OrderState state) override { store_.SetState(id, state); }
  std::vector<FakeOrderStore::Event> Events() override { return store_.Events(); }

 private:
  FakeOrderStore store_{base::SystemClock()};
};

INSTANTIATE_TEST_SUITE_P(Fake, OrderStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<OrderStoreWorld> {
                           return std::make_unique<FakeWorld>();
                         }));

}  // namespace
}  // namespace ordermesh::gateway
