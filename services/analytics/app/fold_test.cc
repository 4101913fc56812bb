#include "services/analytics/app/fold.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/analytics/testing/sale_events.h"

namespace ordermesh::analytics {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

// 2026-03-01 14:59:59.999 UTC.
const absl::Time kAfternoon = absl::FromUnixMillis(1772377199999);
const absl::Time kFourteen = absl::FromUnixSeconds(1772373600);

absl::StatusOr<Deltas> FoldAll(const std::vector<SaleEvent>& events) {
  std::vector<const SaleEvent*> pointers;
  for (const SaleEvent& event : events) pointers.push_back(&event);
  return Fold(pointers);
}

SaleEvent Accepted(std::vector<SaleLine> lines, absl::Time time = kAfternoon, std::string currency = "EUR") {
  return {NewEventId(), SaleEvent::Kind::kAccepted, time, std::move(currency), std::move(lines)};
}
SaleEvent Paid(std::vector<SaleLine> lines) { return PaymentOf(Accepted(std::move(lines))); }
SaleEvent Shipped(std::vector<SaleLine> lines) { return ShipmentOf(Accepted(std::move(lines))); }
SaleEvent Cancelled(std::vector<SaleLine> lines, absl::Time time = kAfternoon, std::string currency = "EUR") {
  return {NewEventId(), SaleEvent::Kind::kCancelled, time, std::move(currency), std::move(lines)};
}

TEST(HourOfTest, RoundsDownToTheHourInUtcAlsoBeforeTheEpoch) {
  EXPECT_EQ(HourOf(kAfternoon), kFourteen);
  EXPECT_EQ(HourOf(kFourteen), kFourteen);
  EXPECT_EQ(HourOf(absl::FromUnixSeconds(-1)), absl::FromUnixSeconds(-3600));
}

struct Case {
  const char* name;
  std::vector<SaleEvent> events;
  std::vector<SalesDelta> sales;
  std::vector<TotalsDelta> totals;
};

class FoldTest : public ::testing::TestWithParam<Case> {};

TEST_P(FoldTest, GivesTheSumsSortedByKey) {
  absl::StatusOr<Deltas> deltas = FoldAll(GetParam().events);
  ASSERT_TRUE(deltas.ok()) << deltas.status();
  EXPECT_EQ(deltas->sales, GetParam().sales);
  EXPECT_EQ(deltas->totals, GetParam().totals);
}

const base::Uuid kTea = ProductNumber(1);
const base::Uuid kCup = ProductNumber(2);

INSTANTIATE_TEST_SUITE_P(
    Tables, FoldTest,
    ::testing::Values(
        Case{"NothingGivesNothing", {}, {}, {}},
        Case{"OneOrderOfOneProduct",
             {Accepted({{kTea, "TEA", 3, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 3, 750}}}},
             {{kFourteen, "EUR", {{1, 3, 750}}}}},
        Case{"AnOrderOfTwoProductsIsOneOrderInTheTotals",
             {Accepted({{kCup, "CUP", 1, 900}, {kTea, "TEA", 3, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 3, 750}}}, {kFourteen, kCup, "EUR", "CUP", {{1, 1, 900}}}},
             {{kFourteen, "EUR", {{1, 4, 1650}}}}},
        Case{"TheSameProductInTwoLinesIsOneOrderOfIt",
             {Accepted({{kTea, "TEA", 1, 250}, {kCup, "CUP", 1, 900}, {kTea, "TEA", 2, 200}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 3, 650}}}, {kFourteen, kCup, "EUR", "CUP", {{1, 1, 900}}}},
             {{kFourteen, "EUR", {{1, 4, 1550}}}}},
        Case{"OrdersOfOneProductAddUp",
             {Accepted({{kTea, "TEA", 1, 250}}), Accepted({{kTea, "TEA", 2, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{2, 3, 750}}}},
             {{kFourteen, "EUR", {{2, 3, 750}}}}},
        Case{"ACancellationCountsInItsOwnColumns",
             {Accepted({{kTea, "TEA", 2, 250}}), Cancelled({{kTea, "TEA", 2, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 2, 500}, {1, 2, 500}}}},
             {{kFourteen, "EUR", {{1, 2, 500}, {1, 2, 500}}}}},
        Case{"ACancellationMayComeFirst",
             {Cancelled({{kTea, "TEA", 2, 250}}), Accepted({{kTea, "TEA", 2, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 2, 500}, {1, 2, 500}}}},
             {{kFourteen, "EUR", {{1, 2, 500}, {1, 2, 500}}}}},
        Case{"ACancellationAloneLeavesTheRestAtZero",
             {Cancelled({{kTea, "TEA", 2, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{0, 0, 0}, {1, 2, 500}}}},
             {{kFourteen, "EUR", {{0, 0, 0}, {1, 2, 500}}}}},
        Case{"APaymentAndAShipmentCountInTheirOwnColumns",
             {Accepted({{kTea, "TEA", 2, 250}}), Paid({{kTea, "TEA", 2, 250}}), Shipped({{kTea, "TEA", 2, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 2, 500}, {}, {1, 2, 500}, {1, 2, 500}}}},
             {{kFourteen, "EUR", {{1, 2, 500}, {}, {1, 2, 500}, {1, 2, 500}}}}},
        Case{"AShipmentOfTwoLinesOfOneProductIsOneOrderOfIt",
             {Shipped({{kTea, "TEA", 1, 250}, {kTea, "TEA", 2, 200}})},
             {{kFourteen, kTea, "EUR", "TEA", {{}, {}, {}, {1, 3, 650}}}},
             {{kFourteen, "EUR", {{}, {}, {}, {1, 3, 650}}}}},
        Case{"WhatWasPaidAndThenCancelledCountsAsBoth",
             {Accepted({{kTea, "TEA", 2, 250}}), Paid({{kTea, "TEA", 2, 250}}), Cancelled({{kTea, "TEA", 2, 250}})},
             {{kFourteen, kTea, "EUR", "TEA", {{1, 2, 500}, {1, 2, 500}, {1, 2, 500}, {}}}},
             {{kFourteen, "EUR", {{1, 2, 500}, {1, 2, 500}, {1, 2, 500}, {}}}}},
        Case{"HoursAndCurrenciesAreApart",
             {Accepted({{kTea, "TEA", 1, 250}}, kFourteen + absl::Hours(1)), Accepted({{kTea, "TEA", 1, 250}}),
              Accepted({{kTea, "TEA", 1, 300}}, kAfternoon, "CHF")},
             {{kFourteen, kTea, "CHF", "TEA", {{1, 1, 300}}},
              {kFourteen, kTea, "EUR", "TEA", {{1, 1, 250}}},
              {kFourteen + absl::Hours(1), kTea, "EUR", "TEA", {{1, 1, 250}}}},
             {{kFourteen, "CHF", {{1, 1, 300}}},
              {kFourteen, "EUR", {{1, 1, 250}}},
              {kFourteen + absl::Hours(1), "EUR", {{1, 1, 250}}}}}),
    [](const auto& test) { return test.param.name; });

TEST(FoldOverflowTest, ALineThatDoesNotFitIsOutOfRange) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(FoldAll({Accepted({{kTea, "TEA", 2, most}})}).status().code(), absl::StatusCode::kOutOfRange);
}

TEST(FoldOverflowTest, ASumThatDoesNotFitIsOutOfRange) {
  const std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(FoldAll({Accepted({{kTea, "TEA", 1, most}}), Accepted({{kTea, "TEA", 1, 1}})}).status().code(),
            absl::StatusCode::kOutOfRange);
}

TEST(FoldOrderTest, AnyOrderOfTheEventsGivesTheSameSums) {
  std::vector<SaleEvent> events;
  for (int i = 0; i < 60; ++i) {
    constexpr SaleEvent::Kind kKinds[] = {SaleEvent::Kind::kAccepted, SaleEvent::Kind::kPaid, SaleEvent::Kind::kShipped,
                                          SaleEvent::Kind::kCancelled};
    events.push_back(
        MoveOf(Accepted({{ProductNumber(i % 7), "SKU", i % 3 + 1, 100 + i % 7}}, kAfternoon + absl::Minutes(i % 3)),
               kKinds[i % 4]));
  }
  absl::StatusOr<Deltas> forward = FoldAll(events);
  std::reverse(events.begin(), events.end());
  absl::StatusOr<Deltas> backward = FoldAll(events);
  ASSERT_TRUE(forward.ok() && backward.ok());
  EXPECT_EQ(forward->sales, backward->sales);
  EXPECT_EQ(forward->totals, backward->totals);
}

}  // namespace
}  // namespace ordermesh::analytics
