#include "services/catalog/testing/stock_store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StockStoreConformance);

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

namespace {

std::string TextOf(const Movement& movement) {
  return absl::StrCat(static_cast<int>(movement.kind), ": ", movement.available_delta,
                      movement.reserved_delta < 0 ? "" : "+", movement.reserved_delta,
                      movement.reason.empty() ? "" : absl::StrCat(" (", movement.reason, ")"));
}

constexpr auto kReservation = MovementKind::kReservation;
constexpr auto kRelease = MovementKind::kRelease;
constexpr auto kShipment = MovementKind::kShipment;

}  // namespace

std::vector<std::string> StockStoreConformance::List(const StockQuery& query) {
  auto page = aio::RunSync(lane_, [&] { return world_->store().List({lane_}, query); });
  EXPECT_THAT(page, IsOk());
  std::vector<std::string> levels;
  if (!page.ok()) return levels;
  for (const StockLevel& level : *page)
    levels.push_back(absl::StrCat(level.sku, " ", level.available, "+", level.reserved));
  return levels;
}

std::int64_t StockStoreConformance::Count(std::optional<std::int64_t> available_below, std::int64_t at_most) {
  auto count = aio::RunSync(lane_, [&] { return world_->store().Count({lane_}, available_below, at_most); });
  EXPECT_THAT(count, IsOk());
  return count.value_or(-1);
}

std::vector<std::string> StockStoreConformance::History(std::uint32_t product) {
  auto movements = Movements({.product_id = StockProduct(product), .limit = 1000});
  EXPECT_THAT(movements, IsOk());
  std::vector<std::string> texts;
  if (!movements.ok()) return texts;
  for (const Movement& movement : *movements) texts.push_back(TextOf(movement));
  return texts;
}

namespace {

StockLevel Level(std::uint32_t product, std::int64_t available, std::int64_t reserved, std::int64_t version) {
  return {StockProduct(product), StockSku(product), available, reserved, version};
}

TEST_P(StockStoreConformance, ALevelIsReadWithItsProduct) {
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 10, 0, 1)));
  EXPECT_THAT(Get(4), IsOkAndHolds(Level(4, 0, 0, 1)));
  EXPECT_THAT(Get(5), StatusIs(absl::StatusCode::kNotFound));
  world_->DeleteProduct(1);
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 10, 0, 1)));
}

TEST_P(StockStoreConformance, ADeltaIsAddedAndToldOf) {
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Delta(5))), IsOkAndHolds(Level(1, 15, 0, 2)));
  EXPECT_THAT(Adjust(AnAdjustment(2, 1, Delta(-15))), IsOkAndHolds(Level(1, 0, 0, 3)));
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 0, 0, 3)));
  EXPECT_THAT(History(1), ElementsAre("2: -15+0 (reason 2)", "2: 5+0 (reason 1)", "1: 10+0"));
  EXPECT_THAT(world_->Events(), ElementsAre("SKU-1 v2: 15+0 by 5 (reason 1)", "SKU-1 v3: 0+0 by -15 (reason 2)"));
}

TEST_P(StockStoreConformance, ACountSetsWhatIsAvailableAndLeavesWhatIsReserved) {
  world_->Order(kReservation, OrderMadeAt(base::SystemClock().Now(), 1), 1, 4);
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Counted(9))), IsOkAndHolds(Level(1, 9, 4, 2)));
  EXPECT_THAT(Adjust(AnAdjustment(2, 1, Counted(0))), IsOkAndHolds(Level(1, 0, 4, 3)));
  EXPECT_THAT(world_->Events(), ElementsAre("SKU-1 v2: 9+4 by 3 (reason 1)", "SKU-1 v3: 0+4 by -9 (reason 2)"));
}

TEST_P(StockStoreConformance, ACountThatIsRightChangesNothingNorDoesItsRepeat) {
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Counted(10))), IsOkAndHolds(Level(1, 10, 0, 1)));
  EXPECT_THAT(Adjust(AnAdjustment(2, 1, Delta(1))), IsOkAndHolds(Level(1, 11, 0, 2)));
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Counted(10))), IsOkAndHolds(Level(1, 11, 0, 2)));
  EXPECT_THAT(History(1), ElementsAre("2: 1+0 (reason 2)", "1: 10+0"));
  EXPECT_THAT(world_->Events(), ElementsAre("SKU-1 v2: 11+0 by 1 (reason 2)"));
}

TEST_P(StockStoreConformance, ARepeatChangesNothingAndGivesTheLevelAsItIs) {
  ASSERT_THAT(Adjust(AnAdjustment(1, 1, Delta(5))), IsOk());
  world_->Order(kReservation, OrderMadeAt(base::SystemClock().Now(), 1), 1, 2);
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Delta(5))), IsOkAndHolds(Level(1, 13, 2, 2)));
  EXPECT_THAT(world_->Events(), ElementsAre("SKU-1 v2: 15+0 by 5 (reason 1)"));
}

TEST_P(StockStoreConformance, ARequestIdIsOfOneAdjustmentOfOneCaller) {
  ASSERT_THAT(Adjust(AnAdjustment(1, 1, Delta(5))), IsOk());
  for (const Adjustment& other :
       {AnAdjustment(1, 1, Delta(6)), AnAdjustment(1, 1, Counted(5)), AnAdjustment(1, 2, Delta(5))}) {
    const auto refused = Adjust(other);
    EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(domain::RefusalOf(refused.status()).reason, reasons::kIdempotencyKeyReused);
  }
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 15, 0, 2)));
  EXPECT_THAT(Get(2), IsOkAndHolds(Level(2, 20, 0, 1)));
  Adjustment of_another = AnAdjustment(1, 1, Delta(6));
  of_another.request.caller = "somebody else";
  EXPECT_THAT(Adjust(of_another), IsOkAndHolds(Level(1, 21, 0, 3)));
}

TEST_P(StockStoreConformance, NothingBelowZeroIsLeftAndTheRequestMayComeAgain) {
  world_->Order(kReservation, OrderMadeAt(base::SystemClock().Now(), 1), 1, 4);
  const auto refused = Adjust(AnAdjustment(1, 1, Delta(-7)));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(domain::RefusalOf(refused.status()).reason, reasons::kStockShort);
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 6, 4, 1)));
  EXPECT_THAT(world_->Events(), IsEmpty());
  ASSERT_THAT(Adjust(AnAdjustment(2, 1, Delta(1))), IsOk());
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Delta(-7))), IsOkAndHolds(Level(1, 0, 4, 3)));
}

TEST_P(StockStoreConformance, AProductWithoutARowGetsOne) {
  EXPECT_THAT(Adjust(AnAdjustment(1, 4, Delta(7))), IsOkAndHolds(Level(4, 7, 0, 2)));
  EXPECT_THAT(Get(4), IsOkAndHolds(Level(4, 7, 0, 2)));
  EXPECT_THAT(History(4), ElementsAre("2: 7+0 (reason 1)"));
}

TEST_P(StockStoreConformance, StockOfNoProductIsNotAdjusted) {
  EXPECT_THAT(Adjust(AnAdjustment(1, 5, Delta(7))), StatusIs(absl::StatusCode::kNotFound));
  world_->AddProduct(5, 1);
  EXPECT_THAT(Adjust(AnAdjustment(1, 5, Delta(7))), IsOkAndHolds(Level(5, 8, 0, 2)));
}

TEST_P(StockStoreConformance, ADeletedProductHasItsStockStill) {
  world_->DeleteProduct(1);
  EXPECT_THAT(Adjust(AnAdjustment(1, 1, Delta(-4))), IsOkAndHolds(Level(1, 6, 0, 2)));
  EXPECT_THAT(History(1), ElementsAre("2: -4+0 (reason 1)", "1: 10+0"));
}

TEST_P(StockStoreConformance, LevelsAreListedTheLeastAvailableFirst) {
  world_->AddProduct(6, 10);
  world_->AddProduct(7, 0);
  world_->AddProduct(8, 15);
  world_->DeleteProduct(8);
  world_->Order(kReservation, OrderMadeAt(base::SystemClock().Now(), 1), 3, 25);
  const std::vector<std::string> all = {"SKU-7 0+0", "SKU-3 5+25", "SKU-1 10+0", "SKU-6 10+0", "SKU-2 20+0"};
  EXPECT_THAT(List({}), ElementsAreArray(all));
  EXPECT_THAT(List({.available_below = 10}), ElementsAre("SKU-7 0+0", "SKU-3 5+25"));
  EXPECT_THAT(List({.available_below = 0}), IsEmpty());
  EXPECT_THAT(List({.limit = 2}), ElementsAre("SKU-7 0+0", "SKU-3 5+25"));
  EXPECT_THAT(List({.skip = 2, .limit = 2}), ElementsAre("SKU-1 10+0", "SKU-6 10+0"));
  EXPECT_THAT(List({.after = StockPlace{10, StockProduct(1)}}), ElementsAre("SKU-6 10+0", "SKU-2 20+0"));
  EXPECT_THAT(List({.available_below = 20, .after = StockPlace{10, StockProduct(1)}, .skip = 1}), IsEmpty());
  EXPECT_EQ(Count(std::nullopt), 5);
  EXPECT_EQ(Count(std::nullopt, 3), 3);
  EXPECT_EQ(Count(10), 2);
  EXPECT_EQ(Count(0), 0);
}

TEST_P(StockStoreConformance, OrdersAreAPartOfTheHistory) {
  const base::Uuid first = OrderMadeAt(base::SystemClock().Now(), 1);
  const base::Uuid second = OrderMadeAt(base::SystemClock().Now(), 2);
  const base::Uuid third = OrderMadeAt(base::SystemClock().Now(), 3);
  world_->Order(kReservation, first, 1, 3);
  world_->Order(kReservation, second, 1, 4);
  world_->Order(kReservation, third, 2, 5);
  world_->Order(kRelease, first, 1, 3);
  world_->Order(kShipment, second, 1, 4);
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 6, 0, 1)));
  std::vector<std::string> history = History(1);
  EXPECT_THAT(history, ::testing::UnorderedElementsAre("1: 10+0", "3: -3+3", "3: -4+4", "4: 3-3", "5: 0-4"));
  EXPECT_EQ(history[0], "5: 0-4");
  EXPECT_EQ(history[1], "4: 3-3");

  auto movements = Movements({.product_id = StockProduct(1), .limit = 2});
  ASSERT_THAT(movements, IsOk());
  ASSERT_EQ(movements->size(), 2u);
  EXPECT_EQ((*movements)[0].order_id, second);
  EXPECT_EQ((*movements)[1].order_id, first);
  EXPECT_EQ((*movements)[1].product_id, StockProduct(1));
  EXPECT_LE((*movements)[1].created_at, (*movements)[0].created_at);
}

// Orders that were made long ago and long from now, and several at the same time, between adjustments.
TEST_P(StockStoreConformance, TheHistoryIsReadInPagesOfAnySize) {
  const absl::Time now = base::SystemClock().Now();
  for (const absl::Duration age : {absl::Hours(1), absl::ZeroDuration(), -absl::Hours(1)}) {
    for (std::uint8_t n = 1; n <= 4; ++n) world_->Order(kReservation, OrderMadeAt(now - age, n), 3, 1);
    ASSERT_THAT(Adjust(AnAdjustment(static_cast<std::uint32_t>(absl::ToInt64Seconds(age) + 5000), 3, Delta(2))),
                IsOk());
  }
  auto all = Movements({.product_id = StockProduct(3), .limit = 100});
  ASSERT_THAT(all, IsOk());
  ASSERT_EQ(all->size(), 16u);
  for (std::size_t i = 1; i < all->size(); ++i) EXPECT_TRUE(Newer(PlaceOf((*all)[i - 1]), PlaceOf((*all)[i]))) << i;
  EXPECT_TRUE(std::all_of(all->begin(), all->begin() + 4, [](const Movement& m) { return m.kind == kReservation; }));
  EXPECT_EQ(all->back().kind, kReservation);

  for (int limit = 1; limit <= 5; ++limit) {
    std::vector<Movement> read;
    MovementQuery query{.product_id = StockProduct(3), .limit = limit};
    for (;;) {
      auto page = Movements(query);
      ASSERT_THAT(page, IsOk());
      if (page->empty()) break;
      read.insert(read.end(), page->begin(), page->end());
      query.after = PlaceOf(page->back());
    }
    EXPECT_EQ(read, *all) << limit;
  }
  auto rest = Movements({.product_id = StockProduct(3), .after = PlaceOf((*all)[2]), .skip = 3, .limit = 100});
  ASSERT_THAT(rest, IsOk());
  EXPECT_EQ(*rest, std::vector<Movement>(all->begin() + 6, all->end()));

  const auto count = [&](std::uint32_t product, std::int64_t at_most) {
    return aio::RunSync(lane_, [&] { return world_->store().CountMovements({lane_}, StockProduct(product), at_most); });
  };
  EXPECT_THAT(count(3, 100), IsOkAndHolds(16));
  EXPECT_THAT(count(3, 14), IsOkAndHolds(14));
  EXPECT_THAT(count(4, 100), IsOkAndHolds(0));
}

TEST_P(StockStoreConformance, AHistoryIsOfAProduct) {
  EXPECT_THAT(Movements({.product_id = StockProduct(4)}), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Movements({.product_id = StockProduct(5)}), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(StockStoreConformance, WhatNobodyWaitsForAnyMoreIsNotBegun) {
  const aio::Waiter late{lane_, base::Deadline::In(-absl::Seconds(1), lane_.timer())};
  std::stop_source left;
  left.request_stop();
  const aio::Waiter gone{lane_, base::Deadline::Never(), left.get_token()};
  StockStore& store = world_->store();
  const Adjustment adjustment = AnAdjustment(1, 1, Delta(1));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Adjust(late, adjustment); }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Adjust(gone, adjustment); }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.List(late, {}); }), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Get(1), IsOkAndHolds(Level(1, 10, 0, 1)));
}

}  // namespace
}  // namespace ordermesh::catalog
