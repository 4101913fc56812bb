#include "services/analytics/testing/fake_rollup_store.h"

#include "services/analytics/testing/rollup_store_conformance.h"

namespace ordermesh::analytics {
namespace {

class FakeWorld : public RollupStoreWorld {
 public:
  std::unique_ptr<RollupStore> Open() override { return std::make_unique<FakeRollupStore>(rollups_); }

 private:
  FakeRollups rollups_{base::SystemClock()};
};

INSTANTIATE_TEST_SUITE_P(Fake, RollupStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<RollupStoreWorld> {
                           return std::make_unique<FakeWorld>();
                         }));

}  // namespace
}  // namespace ordermesh::analytics
