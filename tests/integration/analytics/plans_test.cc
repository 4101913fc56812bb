// A million rows of sales: the filters that QuerySales offers are served by an index, and what isn't is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/domain/refusal.h"
#include "libs/testing/explain.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/analytics/api/refusals.h"
#include "services/analytics/sql.h"
#include "services/analytics/store/analytics_database.h"
#include "services/analytics/store/postgres_rollup_store.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::PagesLookedAt;
using ::ordermesh::testing::TestDatabase;

constexpr absl::Duration kWindow = absl::Hours(24 * 400);

class PlansTest : public ::testing::Test {
 protected:
  // 400 days of 104 products, each sold every hour, and one that was sold three times.
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<TestDatabase>> database = TestDatabase::Create();
    ASSERT_THAT(database, IsOk());
    database_ = *std::move(database);
    Run("ALTER TABLE analytics.sales SET (autovacuum_enabled = off); ANALYZE analytics.sales");
    Run("INSERT INTO analytics.sales (bucket, product_id, currency, sku, orders, units, revenue_minor) "
        "SELECT '2026-01-01'::timestamptz + hour * interval '1 hour', "
        "lpad(product::text, 32, '0')::uuid, 'EUR', 'SKU-' || product, 1, 1, 100 "
        "FROM generate_series(0, 9599) hour, generate_series(1, 104) product");
    Run("INSERT INTO analytics.sales (bucket, product_id, currency, sku, orders, units, revenue_minor) "
        "SELECT '2026-01-01'::timestamptz + hour * interval '1 hour', lpad('999', 32, '0')::uuid, 'EUR', 'SKU-999', "
        "1, 1, 100 FROM unnest(ARRAY[7, 700, 7000]) hour");
    Run("INSERT INTO analytics.order_totals (bucket, currency, orders, units, revenue_minor) "
        "SELECT '2026-01-01'::timestamptz + hour * interval '1 hour', 'EUR', 104, 104, 10400 "
        "FROM generate_series(0, 9599) hour");
  }
  void Run(const std::string& sql) { ASSERT_THAT(database_->admin().Run(sql), IsOk()); }
  std::string Explain(const std::string& execute) {
    // Statements live as long as their session.
    const std::string& sql =
        texts_.emplace_back(absl::StrCat("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ", execute));
    const std::string& name = texts_.emplace_back(absl::StrCat("explain_", texts_.size()));
    absl::StatusOr<postgres::Result> plan = database_->admin().Execute({name.c_str(), sql.c_str()});
    EXPECT_THAT(plan, IsOk()) << execute;
    return plan.ok() ? std::string(plan->Text(0, 0)) : "";
  }

  std::deque<std::string> texts_;
  std::unique_ptr<TestDatabase> database_;
};

TEST_F(PlansTest, EveryFilterIsServedByAnIndex) {
  Run(SalesQueries(ServiceDatabase("")).session_sql);
  Run(absl::StrCat("PREPARE sales AS ", sql::kQuerySales));
  Run(absl::StrCat("PREPARE totals AS ", sql::kQueryOrderTotals));
  struct Case {
    std::string filter;
    std::int64_t pages;
  };
  constexpr char kRare[] = "'00000000-0000-0000-0000-000000000999'";
  constexpr char kFrequent[] = "'00000000-0000-0000-0000-000000000007'";
  for (const bool analyzed : {false, true}) {
    if (analyzed) Run("ANALYZE analytics.sales, analytics.order_totals");
    for (const int grain : {0, 1, 2}) {
      for (const char* by_product : {"true", "false"}) {
        // A product's 9,600 rows may each be on a page of their own.
        for (const Case& one : {Case{absl::StrCat(kRare, ", NULL"), 100}, Case{"NULL, 'SKU-999'", 100},
                                Case{absl::StrCat(kRare, ", 'SKU-999'"), 100}, Case{"NULL, 'SKU-NONE'", 100},
                                Case{absl::StrCat(kFrequent, ", NULL"), 11'000}, Case{"NULL, 'SKU-7'", 11'000}}) {
          const std::string execute =
              absl::StrCat("sales('2026-01-01', '2027-02-05', ", grain, ", ", by_product, ", ", one.filter, ", 10001)");
          const std::string plan = Explain(execute);
          EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("Seq Scan"))) << execute;
          EXPECT_GT(PagesLookedAt(plan), 0) << execute;
          EXPECT_LT(PagesLookedAt(plan), one.pages) << execute << "\n" << plan;
        }
        // An hour of all products.
        const std::string hour =
            absl::StrCat("sales('2026-06-01', '2026-06-01 01:00', ", grain, ", ", by_product, ", NULL, NULL, 10001)");
        EXPECT_LT(PagesLookedAt(Explain(hour)), 300) << hour;
      }
      const std::string totals = absl::StrCat("totals('2026-01-01', '2027-02-05', ", grain, ", 10001)");
      EXPECT_LT(PagesLookedAt(Explain(totals)), 1000) << totals;
    }
  }
}

TEST_F(PlansTest, WhatCannotBeServedInTimeIsRefusedForGood) {
  postgres::ConnectionOptions options = SalesQueries(ServiceDatabase(database_->UrlAs("ordermesh_analytics")));
  options.statement_timeout = absl::Milliseconds(20);  // a million rows take longer
  PostgresRollupStore store(options);
  SalesQuery query;
  query.start = absl::FromCivil(absl::CivilHour(2026, 1, 1), absl::UTCTimeZone());
  query.end = query.start + kWindow;
  query.by_product = true;
  query.max_rows = 10'001;
  const auto figures = store.QuerySales(query);
  ASSERT_FALSE(figures.ok());
  const domain::Refusal refusal = domain::RefusalOf(StoreRefused(figures.status()));
  EXPECT_EQ(refusal.reason, "FILTER_TOO_BROAD");
  EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace ordermesh::analytics
