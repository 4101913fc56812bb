// The lists of customers keep to their indexes, with statistics and without, among 100,000 customers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/explain.h"
#include "services/catalog/sql.h"
#include "tests/integration/catalog/customer_world.h"

namespace ordermesh::catalog {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// Every thousandth address is the same; a few customers are inactive, a few deleted.
constexpr char kCustomers[] =
    "INSERT INTO catalog.customers (id, name, email, active, deleted_at, updated_at) SELECT 'C' || n, 'Name ' || "
    "md5(n::text), CASE WHEN n % 1000 = 0 THEN 'same@example.com' ELSE 'c' || n || '@example.com' END, n % 5000 <> 7, "
    "CASE WHEN n % 5000 = 8 THEN now() END, '2026-01-01'::timestamptz + n * interval '1 ms' "
    "FROM generate_series(1, 100000) n";

TEST(CustomerPlansTest, EveryFilterAndOrderIsServedByAnIndex) {
  CustomerWorld world;
  world.Run("ALTER TABLE catalog.customers SET (autovacuum_enabled = off); ANALYZE catalog.customers");
  world.Run(kCustomers);
  // As the store's sessions are set.
  world.Run("SET enable_seqscan = off; SET plan_cache_mode = force_custom_plan; SET enable_bitmapscan = off");
  world.Run(absl::StrCat("PREPARE list AS ", sql::kListCustomers));
  world.Run(absl::StrCat("PREPARE by_name AS ", sql::kListCustomersByName));
  world.Run(absl::StrCat("PREPARE by_update AS ", sql::kListCustomersByUpdate));
  world.Run(absl::StrCat("PREPARE count AS ", sql::kCountCustomers));
  struct Case {
    const char* statement;
    std::int64_t pages;
  };
  // A row is on a page of its own at worst.
  const std::vector<Case> cases = {
      {"list(null, '', false, '', 0, 21)", 60},
      {"list(null, '', true, 'C55555', 0, 21)", 60},
      {"list(false, '', false, '', 0, 21)", 60},
      {"list(false, '', true, '', 0, 21)", 60},
      {"list(true, '', false, 'C9', 0, 21)", 60},
      {"list(null, 'same@example.com', false, '', 0, 21)", 60},
      {"list(null, 'same@example.com', false, 'C5', 0, 21)", 60},
      {"list(null, 'nobody@example.com', false, '', 0, 21)", 60},
      {"by_name(null, '', false, '0001-01-01', 'name abc', 'name abc', '', 0, 21)", 60},
      {"by_name(null, '', false, '0001-01-01', 'N', 'N', '', 0, 21)", 60},
      {"by_name(null, '', false, '0001-01-01', 'name', 'Name f', 'C1', 0, 21)", 60},
      {"by_name(null, '', false, '0001-01-01', 'nobody', 'nobody', '', 0, 21)", 60},
      {"by_update(null, '', false, '2026-01-01 00:01:39.99', '2026-01-01 00:01:39.99', '', 0, 21)", 60},
      {"by_update(null, '', false, '0001-01-01', '2026-01-01 00:00:50', 'C50000', 0, 21)", 60},
      {"by_update(null, '', false, '2090-01-01', '2090-01-01', '', 0, 21)", 60},
      {"count(false, '', false, null, '', 10000)", 100},
      {"count(null, 'same@example.com', false, null, '', 10000)", 200},
      {"count(null, '', false, null, 'name abc', 10000)", 100},
      {"count(null, '', false, null, 'n', 10000)", 11'000},
      {"count(null, '', false, '2026-01-01 00:01:39.99', '', 10000)", 100},
  };
  for (const bool analyzed : {false, true}) {
    if (analyzed) world.Run("ANALYZE catalog.customers");
    for (const Case& test : cases) {
      const std::string plan =
          world.Text(absl::StrCat("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ", test.statement));
      EXPECT_THAT(plan, Not(::testing::AnyOf(HasSubstr("Seq Scan"), HasSubstr("Bitmap"), HasSubstr("\"Sort\""))))
          << test.statement;
      const std::int64_t looked_at = ordermesh::testing::PagesLookedAt(plan);
      EXPECT_GE(looked_at, 0) << plan;
      EXPECT_LT(looked_at, test.pages) << test.statement << (analyzed ? ", analyzed" : "") << "\n" << plan;
    }
    // All of them are counted in the table's own order, and no further than to the limit.
    const std::string plan =
        world.Text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE count(null, '', false, null, '', 10000)");
    EXPECT_LT(ordermesh::testing::PagesLookedAt(plan), 11'000) << plan;
    EXPECT_THAT(plan, HasSubstr("\"Actual Rows\": 10000")) << plan;
  }
}

}  // namespace
}  // namespace ordermesh::catalog
