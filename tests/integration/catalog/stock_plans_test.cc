// What the statements about stock look at, among 100,000 products and the orders of one that sells all the time: the
// stock itself from end to end where the list has to, and of anything else no more than a page needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/explain.h"
#include "services/catalog/sql.h"
#include "tests/integration/catalog/stock_world.h"

namespace ordermesh::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StockPlansTest : public ::testing::Test {
 protected:
  StockPlansTest() {
    for (const char* table :
         {"catalog.products", "catalog.stock", "catalog.movements", "orders.orders", "orders.lines"}) {
      world_.Run(absl::StrCat("ALTER TABLE ", table, " SET (autovacuum_enabled = off)"));
    }
    world_.Run("ANALYZE catalog.products, catalog.stock, catalog.movements, orders.orders, orders.lines");
    // Ids rise with their numbers. Of each hundred products, one is deleted.
    world_.Run(
        "CREATE FUNCTION public.id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS "
        "$$ SELECT ('019b76da-a801-7000-8000-' || lpad(n::text, 12, '0'))::uuid $$");
    world_.Run(
        "INSERT INTO catalog.products (id, sku, name, description, price_minor, currency, deleted_at) "
        "SELECT public.id(n), 'S' || n, 'a product', repeat('words ', 100), 100, 'EUR', "
        "CASE WHEN n % 100 = 0 THEN now() END FROM generate_series(1, 100000) n");
    world_.Run(
        "INSERT INTO catalog.stock (product_id, available) "
        "SELECT public.id(n), n % 1000 FROM generate_series(1, 100000) n");
    // Product 1 is in each of 100,000 orders, product 2 in the first of them.
    world_.Run(
        "INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, total_minor, currency, "
        "contact_email, note) SELECT public.id(n), 'default', n, '', 'C', 1, 100, 'EUR', '', '' "
        "FROM generate_series(1, 100000) n");
    world_.Run(
        "INSERT INTO orders.lines (order_id, line, product_id, sku, name, quantity, unit_price_minor) "
        "SELECT public.id(n), 1, public.id(1), 'S1', 'n', 1, 100 FROM generate_series(1, 100000) n "
        "UNION ALL SELECT public.id(1), 2, public.id(2), 'S2', 'n', 1, 100");
    world_.Run(
        "INSERT INTO catalog.movements (product_id, created_at, kind, available_delta, reserved_delta) "
        "SELECT public.id(1), now() - n * interval '1 ms', 2, 1, 0 FROM generate_series(1, 50000) n");
    world_.Run("SET plan_cache_mode = force_custom_plan; SET enable_seqscan = off");
    for (const auto& [name, text] :
         std::vector<std::pair<const char*, const char*>>{{"get_stock", sql::kGetStock},
                                                          {"list_stock", sql::kListStock},
                                                          {"count_stock", sql::kCountStock},
                                                          {"list_movements", sql::kListMovements},
                                                          {"count_movements", sql::kCountMovements},
                                                          {"lock_stock", sql::kLockStock}}) {
      world_.Run(absl::StrCat("PREPARE ", name, " AS ", text));
    }
  }

  std::string Explain(const std::string& statement) {
    return world_.Text(absl::StrCat("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ", statement));
  }
  static std::string Id(int n) { return absl::StrCat("public.id(", n, ")"); }

  StockWorld world_;
};

TEST_F(StockPlansTest, AHistoryIsReadByTheIndexesOfItsTwoSources) {
  constexpr char kAll[] =
      "'9999-01-01', '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 9";
  for (const bool analyzed : {false, true}) {
    if (analyzed) world_.Run("ANALYZE catalog.products, catalog.movements, orders.orders, orders.lines");
    for (const int product : {1, 2, 3}) {
      for (const auto& [statement, pages] : std::vector<std::pair<std::string, std::int64_t>>{
               {absl::StrCat("get_stock(", Id(product), ")"), 20},
               {absl::StrCat("lock_stock(", Id(product), ")"), 20},
               {absl::StrCat("list_movements(", Id(product), ", ", kAll, ", 0, 21)"), 400},
               // In the middle of both.
               {absl::StrCat("list_movements(", Id(product), ", now() - interval '10 s', ", Id(1), ", ", Id(50'000),
                             ", 1, 0, 21)"),
                400},
               // Of each source, as much as is skipped; each row on a page of its own at worst.
               {absl::StrCat("list_movements(", Id(product), ", ", kAll, ", 10000, 101)"), 22'000},
               {absl::StrCat("count_movements(", Id(product), ", 10000)"), 22'000}}) {
        const std::string plan = Explain(statement);
        EXPECT_THAT(plan, Not(HasSubstr("Seq Scan"))) << statement;
        EXPECT_LT(testing::PagesLookedAt(plan), pages) << statement << (analyzed ? ", analyzed" : "") << "\n" << plan;
      }
    }
  }
}

TEST_F(StockPlansTest, AListReadsStockOnceAndLooksItsProductsUp) {
  world_.Run("BEGIN");
  world_.Run(sql::kScanStock);  // as in its transaction
  const std::int64_t stock = world_.Number("SELECT pg_relation_size('catalog.stock') / 8192");
  constexpr char kFrom[] = "-1, '00000000-0000-0000-0000-000000000000'";
  for (const bool analyzed : {false, true}) {
    if (analyzed) world_.Run("ANALYZE catalog.products, catalog.stock");
    for (const char* below : {"9223372036854775807", "500", "3", "0"}) {
      // How many products are looked up at most, those that are deleted among them.
      for (const auto& [statement, products] : std::vector<std::pair<std::string, std::int64_t>>{
               {absl::StrCat("list_stock(", below, ", ", kFrom, ", 0, 21)"), 150},
               {absl::StrCat("list_stock(", below, ", 400, ", Id(5), ", 0, 101)"), 300},
               {absl::StrCat("list_stock(", below, ", ", kFrom, ", 10000, 101)"), 10'500},
               {absl::StrCat("count_stock(", below, ", 10000)"), 10'500}}) {
        const std::string plan = Explain(statement);
        EXPECT_LT(testing::PagesLookedAt(plan), stock + 100 + 5 * products)
            << statement << (analyzed ? ", analyzed" : "") << "\n"
            << plan;
      }
    }
  }
  world_.Run("ROLLBACK");
}

}  // namespace
}  // namespace ordermesh::catalog
