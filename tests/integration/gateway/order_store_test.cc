#include "services/gateway/testing/order_store_conformance.h"
#include "tests/integration/gateway/postgres_world.h"

namespace ordermesh::gateway {
namespace {

INSTANTIATE_TEST_SUITE_P(Postgres, OrderStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<OrderStoreWorld> {
                           return std::make_unique<PostgresWorld>();
                         }));

}  // namespace
}  // namespace ordermesh::gateway
