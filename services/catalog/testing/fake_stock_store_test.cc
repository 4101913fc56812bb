#include "services/catalog/testing/fake_stock_store.h"

#include "services/catalog/testing/stock_store_conformance.h"

namespace ordermesh::catalog {
namespace {

class FakeWorld : public StockStoreWorld {
 public:
  StockStore& store() override { return store_; }
  void AddProduct(std::uint32_t n, std::optional<std::int64_t> available) override {
    store_.AddProduct(StockProduct(n), StockSku(n), available);
  }
  void DeleteProduct(std::uint32_t n) override { store_.DeleteProduct(StockProduct(n)); }
  void Order(MovementKind kind, const base::Uuid& order, std::uint32_t product, std::int64_t quantity) override {
    store_.Order(kind, order, StockProduct(product), quantity);
  }
  std::vector<std::string> Events() override { return store_.Events(); }

 private:
  FakeStockStore store_{base::SystemClock()};
};

INSTANTIATE_TEST_SUITE_P(Fake, StockStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<StockStoreWorld> {
                           return std::make_unique<FakeWorld>();
                         }));

}  // namespace
}  // namespace ordermesh::catalog
