// Lists and counts keep to their indexes: with each filter alone, in each order, both ways, among 100,000 products.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/testing/explain.h"
#include "services/catalog/sql.h"
#include "services/catalog/store/product_queries.h"
#include "tests/integration/catalog/product_world.h"

namespace ordermesh::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTypes[] =
    "(text, text, boolean, text, bigint, bigint, text, timestamptz, boolean, bigint, bigint, boolean, text, bigint, "
    "timestamptz, uuid)";
constexpr char kCountTypes[] = "(text, text, boolean, text, bigint, bigint, text, timestamptz, boolean, bigint)";

struct Filter {
  const char* name;
  const char* parameters;  // $1 to $9
  // The order in which an index has what matches, so that a page is all that is read; nothing: none has.
  std::optional<ProductOrder> indexed = std::nullopt;
  bool nearly_all = false;  // so that a page is found soon in any order
};
constexpr Filter kFilters[] = {
    {"none", "'', '', NULL, '', NULL, NULL, '', NULL, false", std::nullopt, true},
    {"deleted", "'', '', NULL, '', NULL, NULL, '', NULL, true", std::nullopt, true},
    {"category", "'Category 7', '', NULL, '', NULL, NULL, '', NULL, false", ProductOrder::kName},
    {"no such category", "'Category', '', NULL, '', NULL, NULL, '', NULL, false", ProductOrder::kName},
    {"brand", "'', 'Brand 42', NULL, '', NULL, NULL, '', NULL, false", ProductOrder::kName},
    {"active", "'', '', true, '', NULL, NULL, '', NULL, false", std::nullopt, true},
    {"inactive", "'', '', false, '', NULL, NULL, '', NULL, false", ProductOrder::kName},
    {"price", "'', '', NULL, 'EUR', 5000, 5100, '', NULL, false", ProductOrder::kPrice},
    {"price from", "'', '', NULL, 'EUR', 9990, NULL, '', NULL, false", ProductOrder::kPrice},
    {"price before", "'', '', NULL, 'JPY', NULL, 50, '', NULL, false", ProductOrder::kPrice},
    {"prefix of names", "'', '', NULL, '', NULL, NULL, 'NAME 0a', NULL, false"},
    {"prefix of SKUs", "'', '', NULL, '', NULL, NULL, 'sku-0777', NULL, false"},
    {"prefix of all", "'', '', NULL, '', NULL, NULL, 'sku', NULL, false"},
    {"prefix of nothing", "'', '', NULL, '', NULL, NULL, '~', NULL, false"},
    {"changed", "'', '', NULL, '', NULL, NULL, '', now() - interval '100 s', false", ProductOrder::kUpdateTime},
};

constexpr ProductOrder kOrders[] = {ProductOrder::kName, ProductOrder::kSku, ProductOrder::kPrice,
                                    ProductOrder::kUpdateTime};

// $12 to $16: no position, and the row in the middle of an order.
constexpr char kFirstPage[] = "false, '', 0, '2000-01-01', '00000000-0000-0000-0000-000000000000'";
std::string Middle(ProductOrder order) {
  const char* text = "'name 8'";
  if (order == ProductOrder::kSku) text = "'sku-05'";
  if (order == ProductOrder::kPrice) text = "'EUR'";
  return absl::StrCat("true, ", text, ", 5000, now() - interval '50000 s', '00000000-0000-0000-0000-000000000000'");
}

constexpr std::int64_t kPageOfRows = 1000;       // for 21 rows: those, and what is passed over in the index
constexpr std::int64_t kEveryRowOnce = 105'000;  // of 100,000, each by the index

class ProductPlansTest : public ::testing::Test {
 protected:
  // Runs a statement. Fails when a table was read from end to end, or more than so many pages.
  void Explain(const std::string& statement, std::int64_t pages) {
    const std::string plan = world_.Text(absl::StrCat("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ", statement));
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << statement;
    const std::int64_t looked_at = ordermesh::testing::PagesLookedAt(plan);
    EXPECT_GT(looked_at, 0) << statement;
    EXPECT_LT(looked_at, pages) << statement << "\n" << plan;
  }

  ProductWorld world_;
};

TEST_F(ProductPlansTest, EveryFilterAndOrderIsServedByAnIndex) {
  world_.Run("ALTER TABLE catalog.products SET (autovacuum_enabled = off)");
  world_.Run(
      "INSERT INTO catalog.products (id, sku, name, category, brand, price_minor, currency, active, created_at, "
      "updated_at, deleted_at) SELECT gen_random_uuid(), 'SKU-' || lpad(n::text, 6, '0'), 'Name ' || md5(n::text), "
      "'Category ' || n % 20, 'Brand ' || n % 100, n * 7919 % 10000, CASE WHEN n % 10 = 0 THEN 'JPY' ELSE 'EUR' END, "
      "n % 1000 <> 0, now() - n * interval '1 s', now() - n * interval '1 s', "
      "CASE WHEN n % 100 = 1 THEN now() END FROM generate_series(1, 100000) n");
  world_.Run("SET enable_seqscan = off; SET plan_cache_mode = force_custom_plan");
  world_.Run(absl::StrCat("PREPARE count_products ", kCountTypes, " AS ", sql::kCountProducts));
  for (const ProductOrder order : kOrders) {
    for (const bool descending : {false, true}) {
      const postgres::Statement list = ListStatement(order, descending);
      world_.Run(absl::StrCat("PREPARE ", list.name, " ", kTypes, " AS ", list.sql));
    }
  }
  for (const bool analyzed : {false, true}) {
    if (analyzed) world_.Run("ANALYZE catalog.products");
    for (const Filter& filter : kFilters) {
      for (const ProductOrder order : kOrders) {
        for (const bool descending : {false, true}) {
          for (const std::string& position : {std::string(kFirstPage), Middle(order)}) {
            const std::string statement =
                absl::StrCat(ListStatement(order, descending).name, "(", filter.parameters, ", 0, 21, ", position, ")");
            const bool soon = analyzed && (filter.nearly_all || filter.indexed == order);
            Explain(statement, soon ? kPageOfRows : kEveryRowOnce);
          }
        }
      }
      Explain(absl::StrCat("count_products(", filter.parameters, ", 10000)"), kEveryRowOnce);
    }
  }
}

}  // namespace
}  // namespace ordermesh::catalog
