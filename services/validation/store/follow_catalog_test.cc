// The snapshot follows the tables, however much changes at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "libs/base/metrics.h"
#include "libs/mesh/health.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/validation/app/catalog_refresher.h"
#include "services/validation/store/postgres_catalog_store.h"
#include "services/validation/store/validation_database.h"

namespace ordermesh::validation {
namespace {

using ordermesh::testing::FakeClock;
using ordermesh::testing::IsOk;
using ordermesh::testing::TestDatabase;

constexpr int kRows = 100'000;

constexpr char kInsert[] =
    "INSERT INTO catalog.products (id, sku, name, price_minor, currency) SELECT gen_random_uuid(), 'SKU-' || n, "
    "'Product ' || n, n, 'EUR' FROM generate_series(1, 100000) n;"
    "INSERT INTO catalog.customers (id, name, email) SELECT 'CUST-' || n, 'Customer ' || n, 'c' || n || "
    "'@example.com' FROM generate_series(1, 100000) n";
// Every row; some are no longer for sale, deleted or erased.
constexpr char kChange[] =
    "UPDATE catalog.products SET price_minor = price_minor + 7, name = 'New ' || name, active = price_minor % 10 <> 3, "
    "deleted_at = CASE WHEN price_minor % 10 = 4 THEN now() END;"
    "UPDATE catalog.customers SET email = CASE WHEN id LIKE '%5' THEN '' ELSE 'new.' || email END, active = id NOT "
    "LIKE '%7', deleted_at = CASE WHEN id LIKE '%5' THEN now() END";
constexpr postgres::Statement kProducts = {
    "products", "SELECT id, sku, name, price_minor, currency, active AND deleted_at IS NULL FROM catalog.products"};
constexpr postgres::Statement kCustomers = {"customers",
                                            "SELECT id, email, active AND deleted_at IS NULL FROM catalog.customers"};

class FollowCatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(database_, TestDatabase::Create());
    writer_.emplace(postgres::ConnectionOptions{.url = database_->url(), .statement_timeout = absl::Seconds(60)});
    ASSERT_THAT(writer_->Run(kInsert), IsOk());
    store_ = std::make_unique<PostgresCatalogStore>(
        PostgresCatalogStore::Options{.database = ServiceDatabase(database_->UrlAs("ordermesh_validation")),
                                      .statement_timeout = absl::Seconds(20)});  // a slow machine is not what is tested
    refresher_.emplace(CatalogRefresher::Options{.full_reload = absl::InfiniteDuration()}, *store_, current_,
                       readiness_, CatalogMetrics(metrics_), clock_, clock_);
    AwaitReading(1);
  }
  void AwaitReading(int readings) {
    while (CatalogMetrics(metrics_).reads_ok.Value() < readings) {
      ASSERT_EQ(CatalogMetrics(metrics_).reads_failed.Value(), 0);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    clock_.WaitForSleepers(1);
  }
  // The snapshot has what the tables have, and nothing else.
  void ExpectTheTables() {
    const std::shared_ptr<const CatalogSnapshot> snapshot = current_.Get().snapshot;
    ASSERT_OK_AND_ASSIGN(const postgres::Result products, writer_->Execute(kProducts));
    ASSERT_EQ(products.rows(), kRows);
    EXPECT_EQ(snapshot->products(), static_cast<std::size_t>(kRows));
    for (int row = 0; row < products.rows(); ++row) {
      const domain::CatalogProduct* product = snapshot->FindProduct(products.Text(row, 1));
      ASSERT_NE(product, nullptr) << products.Text(row, 1);
      ASSERT_EQ(product->id, products.Uuid(row, 0));
      ASSERT_EQ(product->name, products.Text(row, 2));
      ASSERT_EQ(product->price, (domain::Money{products.Int8(row, 3), std::string(products.Text(row, 4))}));
      ASSERT_EQ(product->active, products.Bool(row, 5)) << product->sku;
    }
    ASSERT_OK_AND_ASSIGN(const postgres::Result customers, writer_->Execute(kCustomers));
    ASSERT_EQ(customers.rows(), kRows);
    std::size_t active = 0;
    for (int row = 0; row < customers.rows(); ++row) {
      const domain::CatalogCustomer* customer = snapshot->FindCustomer(customers.Text(row, 0));
      ASSERT_EQ(customer != nullptr, customers.Bool(row, 2)) << customers.Text(row, 0);
      if (customer == nullptr) continue;
      ++active;
      ASSERT_EQ(customer->email, customers.Text(row, 1));
    }
    EXPECT_EQ(snapshot->customers(), active);
  }

  FakeClock clock_;
  CurrentCatalog current_;
  mesh::Readiness readiness_{{CatalogRefresher::kDatabase, CatalogRefresher::kCatalog}};
  base::Metrics metrics_;
  std::unique_ptr<TestDatabase> database_;
  std::optional<postgres::Connection> writer_;
  std::unique_ptr<PostgresCatalogStore> store_;
  std::optional<CatalogRefresher> refresher_;  // Last: it uses what stands above.
};

TEST_F(FollowCatalogTest, OnePollBringsAHundredThousandChangedProductsAndCustomers) {
  ExpectTheTables();
  ASSERT_THAT(writer_->Run(kChange), IsOk());  // in one transaction
  const std::shared_ptr<const CatalogSnapshot> before = current_.Get().snapshot;
  clock_.Advance(absl::Milliseconds(500));
  AwaitReading(2);
  EXPECT_NE(current_.Get().snapshot, before);
  EXPECT_EQ(CatalogMetrics(metrics_).rows_changed.Value(), 2 * kRows);
  ExpectTheTables();
}

}  // namespace
}  // namespace ordermesh::validation
