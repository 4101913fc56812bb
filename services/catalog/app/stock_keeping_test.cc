#include "services/catalog/app/stock_keeping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/testing/fake_stock_store.h"
#include "services/catalog/testing/stock.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StockKeepingTest : public ::testing::Test {
 protected:
  StockKeepingTest() {
    for (std::uint32_t n = 1; n <= 5; ++n) store_.AddProduct(StockProduct(n), StockSku(n), 10 * n);
  }

  // `run` gives a task of `call`.
  template <class Run>
  auto Do(Run run) {
    return aio::RunSync(lane_, [this, &run]() -> aio::Task<std::decay_t<decltype(run(call_).await_resume())>> {
      auto task = run(call_);
      co_return co_await task;
    });
  }
  absl::StatusOr<StockPage> List(StockListRequest request) {
    return Do([&](const mesh::CallContext& call) { return stock_.List(call, request); });
  }
  absl::StatusOr<MovementPage> ListMovements(MovementListRequest request) {
    return Do([&](const mesh::CallContext& call) { return stock_.ListMovements(call, request); });
  }
  absl::StatusOr<StockLevel> Adjust(const base::Uuid& product, StockChange change, std::string request_id) {
    return Do([&](const mesh::CallContext& call) {
      return stock_.Adjust(call, {.product_id = product,
                                  .change = change,
                                  .reason = "a reason",
                                  .request_id = request_id,
                                  .fingerprint = absl::StrCat(product.ToString(), change.pieces)});
    });
  }
  static std::vector<std::string> Skus(const StockPage& page) {
    std::vector<std::string> skus;
    for (const StockLevel& level : page.page.rows) skus.push_back(level.sku);
    return skus;
  }
  template <class T>
  static std::string ReasonOf(const absl::StatusOr<T>& refused) {
    return domain::RefusalOf(refused.status()).reason;
  }

  aio::ThreadLane lane_{base::SystemTimer()};
  ordermesh::testing::FakeCall call_{lane_};
  FakeStockStore store_{base::SystemClock()};
  ordermesh::testing::FakeIds ids_;
  StockKeeping stock_{store_, ids_};
  const base::Uuid product_ = StockProduct(1);
};

TEST_F(StockKeepingTest, LevelsComeInPages) {
  std::vector<std::string> skus;
  std::string token;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = List({.page = {.page_size = 2, .page_token = token}});
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->total_size, std::nullopt);
    for (const std::string& sku : Skus(*page)) skus.push_back(sku);
    token = page->page.next_page_token;
    EXPECT_EQ(token.empty(), pages == 2);
  }
  EXPECT_THAT(skus, ElementsAre("SKU-1", "SKU-2", "SKU-3", "SKU-4", "SKU-5"));
}

TEST_F(StockKeepingTest, ATokenIsOfItsThreshold) {
  const auto page = List({.available_below = 40, .page = {.page_size = 1}, .show_total_size = true});
  ASSERT_THAT(page, IsOk());
  EXPECT_EQ(page->total_size, 3);
  const std::string token = page->page.next_page_token;
  EXPECT_THAT(Skus(*List({.available_below = 40, .page = {.page_token = token}})), ElementsAre("SKU-2", "SKU-3"));
  EXPECT_EQ(ReasonOf(List({.available_below = 41, .page = {.page_token = token}})), reasons::kPageTokenInvalid);
  EXPECT_EQ(ReasonOf(List({.page = {.page_token = token}})), reasons::kPageTokenInvalid);
  EXPECT_EQ(ReasonOf(ListMovements({.product_id = product_, .page = {.page_token = token}})),
            reasons::kPageTokenInvalid);
}

TEST_F(StockKeepingTest, NothingIsLessThanNothing) {
  EXPECT_EQ(ReasonOf(List({.available_below = -1})), reasons::kFilterMalformed);
  EXPECT_THAT(Skus(*List({.available_below = 0})), IsEmpty());
  EXPECT_EQ(ReasonOf(List({.page = {.page_size = -1}})), reasons::kPageSizeNegative);
  EXPECT_EQ(ReasonOf(List({.page = {.skip = -1}})), reasons::kSkipOutOfRange);
}

TEST_F(StockKeepingTest, AnAdjustmentIsMadeOnce) {
  for (int times = 0; times < 2; ++times) {
    const auto level = Adjust(product_, Delta(-3), "r");
    ASSERT_THAT(level, IsOk());
    EXPECT_EQ(level->available, 7);
  }
  EXPECT_EQ(ReasonOf(Adjust(product_, Delta(-4), "r")), reasons::kIdempotencyKeyReused);
  EXPECT_THAT(store_.Events(), ElementsAre("SKU-1 v2: 7+0 by -3 (a reason)"));
}

TEST_F(StockKeepingTest, WhatBreaksARuleIsNotStored) {
  EXPECT_EQ(ReasonOf(Adjust(product_, Delta(0), "r")), reasons::kStockAdjustmentInvalid);
  EXPECT_EQ(ReasonOf(Adjust(product_, Delta(-11), "r")), reasons::kStockShort);
  EXPECT_THAT(store_.Events(), IsEmpty());
}

TEST_F(StockKeepingTest, MovementsComeInPages) {
  for (int n = 1; n <= 4; ++n) ASSERT_THAT(Adjust(product_, Delta(n), absl::StrCat("r", n)), IsOk());
  std::vector<std::int64_t> deltas;
  std::string token;
  do {
    const auto page =
        ListMovements({.product_id = product_, .page = {.page_size = 2, .page_token = token}, .show_total_size = true});
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->total_size, 5);
    for (const Movement& movement : page->page.rows) deltas.push_back(movement.available_delta);
    token = page->page.next_page_token;
    if (!token.empty()) {
      EXPECT_EQ(ReasonOf(ListMovements({.product_id = StockProduct(2), .page = {.page_token = token}})),
                reasons::kPageTokenInvalid);
    }
  } while (!token.empty());
  EXPECT_THAT(deltas, ElementsAre(4, 3, 2, 1, 10));
}

TEST_F(StockKeepingTest, TheFailureOfTheStoreIsTheAnswer) {
  for (int call = 0; call < 4; ++call) store_.FailNext(absl::UnavailableError("down"));
  EXPECT_THAT(Adjust(product_, Delta(1), "r"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(List({}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(ListMovements({.product_id = product_}), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Do([&](const mesh::CallContext& call) { return stock_.Get(call, product_); }),
              StatusIs(absl::StatusCode::kUnavailable));
  store_.FailNext(absl::OkStatus());
  store_.FailNext(absl::UnavailableError("down"));
  EXPECT_THAT(List({.show_total_size = true}), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace ordermesh::catalog
