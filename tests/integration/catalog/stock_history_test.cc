// The history of stock is complete: whatever orders and adjustments do at the same time, the movements of each product
// sum to its stock, in every snapshot, and so do the pages of ListStockMovements.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/clock.h"
#include "libs/base/metrics.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/base/uuid.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/app/stock_keeping.h"
#include "services/catalog/testing/stock.h"
#include "services/gateway/store/gateway_database.h"
#include "services/gateway/store/postgres_order_store.h"
#include "services/gateway/testing/orders.h"
#include "tests/integration/catalog/stock_world.h"

namespace ordermesh::catalog {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::AnyOf;

constexpr std::uint32_t kProducts = 6;
constexpr int kWriters = 4;
constexpr int kSteps = 120;  // of each writer

// How many products have movements that don't sum to their stock; in one statement, and so in one snapshot. The line of
// an order is a reservation.
constexpr char kDisagreeing[] =
    "SELECT count(*) FROM catalog.stock s FULL JOIN ("
    "  SELECT product_id, sum(available)::bigint AS available, sum(reserved)::bigint AS reserved FROM ("
    "    SELECT product_id, available_delta AS available, reserved_delta AS reserved FROM catalog.movements"
    "    UNION ALL SELECT product_id, -quantity, quantity FROM orders.lines) AS movements"
    "  GROUP BY product_id) AS history USING (product_id) "
    "WHERE (coalesce(s.available, 0), coalesce(s.reserved, 0)) <> "
    "(coalesce(history.available, 0), coalesce(history.reserved, 0))";

int Below(std::mt19937& random, int end) { return std::uniform_int_distribution<int>(0, end - 1)(random); }

// The catalogue's store and the gateway's, on one database.
class StockHistoryTest : public ::testing::Test {
 protected:
  StockHistoryTest() {
    for (std::uint32_t n = 1; n < kProducts; ++n) world_.AddProduct(n, 20 * n);
    world_.AddProduct(kProducts, std::nullopt);
  }

  // A step of some kind, again and again, as chance has it.
  void Write(int writer);
  void Accept(std::mt19937& random);
  void MoveOn(std::mt19937& random);
  void Adjust(std::mt19937& random, std::uint32_t number);
  // Of a history at rest.
  void ExpectPagesToSum(std::uint32_t product, int page_size);

  StockWorld world_;
  base::Metrics metrics_;
  gateway::TextEvents events_;
  gateway::PostgresOrderStore order_store_{{.database = gateway::ServiceDatabase(world_.UrlAs("ordermesh_gateway"))},
                                           events_,
                                           base::SystemTimer(),
                                           base::SystemRandom(),
                                           gateway::StoreMetrics(metrics_)};
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  StockKeeping stock_{world_.store(), ids_};
  aio::ThreadLane lane_{base::SystemTimer()};

  base::Mutex mu_;
  std::vector<domain::OrderId> orders_ ABSL_GUARDED_BY(mu_);
  std::map<std::string, int> done_ ABSL_GUARDED_BY(mu_);  // by kind
};

void StockHistoryTest::Accept(std::mt19937& random) {
  std::vector<gateway::Acceptance> batch;
  for (int left = Below(random, 3); left >= 0; --left) {
    std::vector<domain::OrderLine> lines;
    for (std::uint32_t product = 1; product <= kProducts; ++product) {
      if (Below(random, 3) == 0) lines.push_back(gateway::ALine(product, 1 + Below(random, 5)));
    }
    if (lines.empty()) lines.push_back(gateway::ALine(1));
    gateway::Acceptance asked = gateway::AnAcceptance(1, std::move(lines));
    asked.order.id = ids_.Next();
    asked.request_id = asked.order.id.ToString();
    asked.event_id = ids_.Next();
    batch.push_back(std::move(asked));
  }
  const auto results = aio::RunSync(lane_, [&] { return order_store_.Accept(lane_, batch); });
  base::MutexLock lock(mu_);
  for (const auto& result : results) {
    EXPECT_THAT(result, AnyOf(IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition),
                              StatusIs(absl::StatusCode::kUnavailable)));
    if (result.ok()) orders_.push_back(result->stored.order.id);
    ++done_[result.ok() ? "accepted" : "refused"];
  }
}

void StockHistoryTest::MoveOn(std::mt19937& random) {
  static constexpr domain::OrderState kMoves[] = {domain::OrderState::kCancelled, domain::OrderState::kPaid,
                                                  domain::OrderState::kShipped};
  gateway::OrderMove move;
  move.caller = "default";
  move.to = kMoves[Below(random, 3)];
  move.event_id = ids_.Next();
  {
    base::MutexLock lock(mu_);
    if (orders_.empty()) return;
    move.id = orders_[Below(random, static_cast<int>(orders_.size()))];
  }
  const auto moved = aio::RunSync(lane_, [&] { return order_store_.Move({lane_}, move); });
  EXPECT_THAT(moved,
              AnyOf(IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition), StatusIs(absl::StatusCode::kUnavailable)));
}

void StockHistoryTest::Adjust(std::mt19937& random, std::uint32_t number) {
  const StockChange change = Below(random, 4) == 0 ? Counted(Below(random, 30)) : Delta(Below(random, 25) - 10);
  // Now and then with a request id that was used before: then it is refused, or a repeat.
  const Adjustment adjustment =
      AnAdjustment(number - static_cast<std::uint32_t>(Below(random, 2)),
                   1 + static_cast<std::uint32_t>(Below(random, static_cast<int>(kProducts))), change);
  const auto level = aio::RunSync(lane_, [&] { return world_.store().Adjust({lane_}, adjustment); });
  EXPECT_THAT(level, AnyOf(IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition),
                           StatusIs(absl::StatusCode::kInvalidArgument), StatusIs(absl::StatusCode::kUnavailable)));
  base::MutexLock lock(mu_);
  if (level.ok()) ++done_["adjusted"];
}

void StockHistoryTest::Write(int writer) {
  std::mt19937 random(static_cast<std::mt19937::result_type>(writer));
  for (int step = 0; step < kSteps; ++step) {
    const int kind = Below(random, 5);
    if (kind < 2) {
      Accept(random);
    } else if (kind < 4) {
      MoveOn(random);
    } else {
      Adjust(random, static_cast<std::uint32_t>(10'000 * (writer + 1) + step));
    }
  }
}

void StockHistoryTest::ExpectPagesToSum(std::uint32_t product, int page_size) {
  const base::Uuid id = StockProduct(product);
  std::int64_t available = 0, reserved = 0, movements = 0, total = 0;
  std::string token;
  do {
    const auto page = aio::RunSync(lane_, [&]() -> aio::Task<absl::StatusOr<MovementPage>> {
      const ordermesh::testing::FakeCall call(lane_);
      auto list = stock_.ListMovements(
          call, {.product_id = id, .page = {.page_size = page_size, .page_token = token}, .show_total_size = true});
      co_return co_await list;
    });
    ASSERT_THAT(page, IsOk());
    EXPECT_LE(page->page.rows.size(), static_cast<std::size_t>(page_size));
    for (const Movement& movement : page->page.rows) {
      available += movement.available_delta;
      reserved += movement.reserved_delta;
      ++movements;
    }
    total = page->total_size.value_or(-1);
    token = page->page.next_page_token;
  } while (!token.empty());
  const auto level = aio::RunSync(lane_, [&] { return world_.store().Get({lane_}, id); });
  ASSERT_THAT(level, IsOk());
  EXPECT_EQ(available, level->available) << level->sku << " in pages of " << page_size;
  EXPECT_EQ(reserved, level->reserved) << level->sku << " in pages of " << page_size;
  EXPECT_EQ(movements, total) << level->sku << " in pages of " << page_size;
}

TEST_F(StockHistoryTest, SumsToTheStockInEverySnapshot) {
  std::atomic<int> writing{kWriters};
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([this, writer, &writing] {
      Write(writer);
      --writing;
    });
  }
  int looks = 0;
  do {
    EXPECT_EQ(world_.Number(kDisagreeing), 0);
    ++looks;
  } while (writing > 0);
  writers.clear();
  EXPECT_EQ(world_.Number(kDisagreeing), 0);
  RecordProperty("looks", looks);

  for (std::uint32_t product = 1; product <= kProducts; ++product) {
    for (const int page_size : {1, 7, 100}) ExpectPagesToSum(product, page_size);
  }
  // Something of everything has happened.
  base::MutexLock lock(mu_);
  for (const char* kind : {"accepted", "refused", "adjusted"}) EXPECT_GT(done_[kind], 0) << kind;
  for (const int state : {1, 2, 3, 4}) {
    EXPECT_GT(world_.Number(absl::StrCat("SELECT count(*) FROM orders.orders WHERE state = ", state)), 0) << state;
  }
}

}  // namespace
}  // namespace ordermesh::catalog
