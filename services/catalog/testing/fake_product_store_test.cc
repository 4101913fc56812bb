#include "services/catalog/testing/fake_product_store.h"

#include <memory>

#include "services/catalog/testing/product_store_conformance.h"

namespace ordermesh::catalog {
namespace {

class FakeWorld : public ProductStoreWorld {
 public:
  ProductStore& store() override { return store_; }
  std::vector<OutboxEvent> Events() override { return store_.Events(); }

 private:
  ProductTextEvents events_;
  FakeProductStore store_{base::SystemClock(), events_};
};

std::unique_ptr<ProductStoreWorld> MakeWorld() { return std::make_unique<FakeWorld>(); }

INSTANTIATE_TEST_SUITE_P(Fake, ProductStoreConformance, ::testing::Values(MakeWorld));
INSTANTIATE_TEST_SUITE_P(Fake, ProductListConformance, ::testing::Values(MakeWorld));

}  // namespace
}  // namespace ordermesh::catalog
