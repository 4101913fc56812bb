#include "services/analytics/app/query_sales.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/stopping.h"
#include "libs/aio/thread_lane.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/api/refusals.h"
#include "services/analytics/app/list_lags.h"
#include "services/analytics/testing/fake_rollup_store.h"
#include "services/analytics/testing/sale_events.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
namespace reasons = domain::reasons;

const absl::Time kHour = absl::FromUnixSeconds(1772373600);  // 2026-03-01 14:00 UTC

struct WindowCase {
  const char* name;
  SalesRequest request;
  absl::Time start, end;
};
class WindowTest : public ::testing::TestWithParam<WindowCase> {};

TEST_P(WindowTest, IsRoundedOutwardsToHours) {
  absl::StatusOr<SalesQuery> query = ToQuery(GetParam().request, kHour + absl::Minutes(20));
  ASSERT_THAT(query, IsOk());
  EXPECT_EQ(query->start, GetParam().start);
  EXPECT_EQ(query->end, GetParam().end);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, WindowTest,
    ::testing::Values(
        WindowCase{"Default", {}, kHour - absl::Hours(24), kHour + absl::Hours(1)},
        WindowCase{"OnlyStart", {.start = kHour - absl::Minutes(1)}, kHour - absl::Hours(1), kHour + absl::Hours(1)},
        WindowCase{"OnlyEnd", {.end = kHour}, kHour - absl::Hours(24), kHour},
        WindowCase{"WithinAnHour",
                   {.start = kHour + absl::Minutes(5), .end = kHour + absl::Minutes(6)},
                   kHour,
                   kHour + absl::Hours(1)},
        WindowCase{"Longest",
                   {.start = kHour - kLongestWindow + absl::Minutes(1), .end = kHour + absl::Minutes(1)},
                   kHour - kLongestWindow,
                   kHour + absl::Hours(1)}),
    [](const auto& test) { return test.param.name; });

struct RefusedCase {
  const char* name;
  SalesRequest request;
  const char* reason;
  const char* field;
};
class RefusedQueryTest : public ::testing::TestWithParam<RefusedCase> {};

TEST_P(RefusedQueryTest, NamesTheFieldAndTheReason) {
  absl::StatusOr<SalesQuery> query = ToQuery(GetParam().request, kHour);
  EXPECT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument);
  const domain::Refusal refusal = domain::RefusalOf(query.status());
  EXPECT_EQ(refusal.reason, GetParam().reason);
  ASSERT_EQ(refusal.violations.size(), 1u);
  EXPECT_EQ(refusal.violations[0].field, GetParam().field);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, RefusedQueryTest,
    ::testing::Values(
        RefusedCase{"EmptyWindow", {.start = kHour, .end = kHour}, reasons::kWindowInvalid, "end_time"},
        RefusedCase{
            "ReversedWindow", {.start = kHour, .end = kHour - absl::Seconds(1)}, reasons::kWindowInvalid, "end_time"},
        RefusedCase{"StartInTheFuture", {.start = kHour + absl::Hours(9)}, reasons::kWindowInvalid, "end_time"},
        RefusedCase{
            "TooLong", {.start = kHour - kLongestWindow - absl::Seconds(1)}, reasons::kWindowInvalid, "start_time"},
        RefusedCase{"ProductId", {.product_id = "tea"}, reasons::kIdMalformed, "product_id"},
        RefusedCase{"SkuTooLong", {.sku = std::string(65, 's')}, reasons::kFilterMalformed, "sku"},
        RefusedCase{"SkuWithNul", {.sku = std::string("A\0B", 3)}, reasons::kFilterMalformed, "sku"}),
    [](const auto& test) { return test.param.name; });

TEST(ToQueryTest, TheHourDecidesWhenGroupedByBoth) {
  EXPECT_EQ(ToQuery({.by_hour = true, .by_day = true}, kHour)->grain, Grain::kHour);
  EXPECT_EQ(ToQuery({.by_day = true}, kHour)->grain, Grain::kDay);
  EXPECT_EQ(ToQuery({}, kHour)->grain, Grain::kWindow);
}

class FakeEnds : public LogEnds {
 public:
  absl::StatusOr<stream::LogRange> Range(const Partition& partition, absl::Duration) override {
    if (down) return absl::UnavailableError("no broker");
    return stream::LogRange{partition.number, 10 * (partition.number + 1)};
  }
  bool down = false;
};

class ReadSideTest : public ::testing::Test {
 protected:
  absl::StatusOr<Sales> Query(SalesRequest request) {
    return aio::RunSync(lane_, [&] { return query_sales_.Run({lane_}, request); });
  }
  absl::StatusOr<std::vector<PartitionLag>> Lags() {
    return aio::RunSync(lane_, [&] { return list_lags_.Run({lane_}, absl::Seconds(1)); });
  }

  FakeClock clock_{kHour};
  FakeRollups rollups_{clock_};
  FakeRollupStore store_{rollups_};
  FakeEnds ends_;
  aio::ThreadLane lane_{base::SystemTimer()};
  base::Metrics metrics_;
  StorePool stores_{{.threads = 1}, aio::PoolMetrics(metrics_, "queries"), [this] {
                      return std::make_unique<FakeRollupStore>(rollups_);
                    }};
  QuerySales query_sales_{stores_, clock_};
  ListLags list_lags_{stores_, ends_, {{"orders.events", 3}}};
};

TEST_F(ReadSideTest, AnswersWithTheWindowThatWasUsed) {
  ASSERT_THAT(store_.Load({"orders.events", 0}), IsOk());
  ASSERT_THAT(store_.Apply({{{"orders.events", 0}, 0, 1, {}}, {AnAcceptedOrder(1, 2, kHour - absl::Minutes(1))}}),
              IsOk());
  absl::StatusOr<Sales> sales = Query({});
  ASSERT_THAT(sales, IsOk());
  EXPECT_THAT(sales->figures, ElementsAre(SalesFigure{std::nullopt, {}, "", "EUR", {{1, 2, 500}}}));
  EXPECT_EQ(sales->start, kHour - absl::Hours(24));
  EXPECT_EQ(sales->end, kHour);
}

TEST_F(ReadSideTest, RefusesAnAnswerOfTooManyRows) {
  ASSERT_THAT(store_.Load({"orders.events", 0}), IsOk());
  std::vector<SaleEvent> events;
  for (int i = 0; i <= kMostRows; ++i) events.push_back(AnAcceptedOrder(1 + i, 1, kHour - absl::Minutes(1)));
  ASSERT_THAT(store_.Apply({{{"orders.events", 0}, 0, 1, {}}, events}), IsOk());
  EXPECT_EQ(domain::RefusalOf(Query({.by_product = true}).status()).reason, reasons::kTooManyRows);
  events.pop_back();
  EXPECT_THAT(Query({}), IsOk());
}

TEST_F(ReadSideTest, SaysThatTheDatabaseIsDownInItsOwnWords) {
  rollups_.FailNext(absl::UnavailableError("password of user x at host y"));
  absl::Status status = Query({}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(domain::RefusalOf(status).reason, reasons::kDatabaseUnavailable);
  EXPECT_EQ(status.message().find("password"), absl::string_view::npos);
}

TEST(StoreRefusedTest, WhatThePoolRefusesIsOverloadOrTheEndOfTheServer) {
  EXPECT_EQ(domain::RefusalOf(StoreRefused(absl::ResourceExhaustedError("full"))).reason, domain::reasons::kOverloaded);
  EXPECT_EQ(domain::RefusalOf(StoreRefused(aio::Stopping())).reason, domain::reasons::kShuttingDown);
  const absl::Status run = TooManyRows(5);
  EXPECT_EQ(StoreRefused(run), run);
}

TEST_F(ReadSideTest, ListsTheLagOfEveryPartition) {
  ASSERT_THAT(store_.Load({"orders.events", 1}), IsOk());
  ASSERT_THAT(store_.Apply({{{"orders.events", 1}, 0, 15, {}}, {}}), IsOk());
  absl::StatusOr<std::vector<PartitionLag>> lags = Lags();
  ASSERT_THAT(lags, IsOk());
  EXPECT_THAT(*lags,
              ElementsAre(PartitionLag{{"orders.events", 0}, 0, 10, 0}, PartitionLag{{"orders.events", 1}, 15, 20, 0},
                          PartitionLag{{"orders.events", 2}, 2, 30, 0}));
  EXPECT_EQ(lags->at(1).lag(), 5);
}

TEST_F(ReadSideTest, WhatStaysDownIsLoggedMoreAndMoreRarely) {
  ends_.down = true;
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 64; ++i) {
    rollups_.FailNext(absl::UnavailableError("down"));
    EXPECT_THAT(Query({}), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_THAT(Lags(), StatusIs(absl::StatusCode::kUnavailable));
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  for (const char* event : {"store_failed", "offsets_not_read"}) {
    const std::vector<std::string> lines = absl::StrSplit(log, event);
    EXPECT_GT(lines.size(), 1u) << event;
    EXPECT_LE(lines.size(), 1u + 7u) << event;
  }
}

TEST_F(ReadSideTest, SaysWhichOfBothIsDown) {
  rollups_.FailNext(absl::UnavailableError("down"));
  EXPECT_EQ(domain::RefusalOf(Lags().status()).reason, reasons::kDatabaseUnavailable);
  ends_.down = true;
  EXPECT_EQ(domain::RefusalOf(Lags().status()).reason, reasons::kBrokerUnavailable);
}

}  // namespace
}  // namespace ordermesh::analytics
