#include "services/gateway/app/watch_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "libs/testing/fake_call.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/testing/fake_order_store.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {
namespace {

using domain::OrderState;
using ordermesh::testing::FakeCall;
using ordermesh::testing::FakeClock;
using ordermesh::testing::IsOk;
using ordermesh::testing::ManualLane;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Optional;

class WatchOrderTest : public ::testing::Test {
 protected:
  WatchOrderTest() {
    store_.SetStock(ProductNumber(1), 1000);
    for (std::uint32_t n = 1; n <= 3; ++n) {
      aio::Spawn([](FakeOrderStore& store, aio::Lane& lane, std::uint32_t n) -> aio::Task<void> {
        auto accept = store.Accept(lane, {AnAcceptance(n, {ALine(1)})});
        co_await accept;
      }(store_, lane_, n));
    }
  }
  // Whatever still polls or waits must end before the lane does.
  ~WatchOrderTest() override {
    for (const auto& watcher : watchers_) watcher->call.Cancel();
    lane_.RunUntilIdle();
    Tick();
    versions_.Stop();
  }

  struct Watcher {
    explicit Watcher(aio::Lane& lane) : call(lane, absl::InfiniteDuration()), taken(lane) {}
    FakeCall call;
    bool slow = false;
    std::vector<OrderState> seen;
    aio::Completion<bool> taken;  // a slow client's, of its first message
    std::optional<absl::Status> ended;
  };
  std::shared_ptr<Watcher> Watch(std::string id, bool slow = false) {
    auto watcher = std::make_shared<Watcher>(lane_);
    watcher->slow = slow;
    watchers_.push_back(watcher);
    aio::Spawn([](WatchOrder& watch, std::shared_ptr<Watcher> watcher, std::string id) -> aio::Task<void> {
      auto run = watch.Run(watcher->call, id, [watcher](const domain::Order& order) -> aio::Task<bool> {
        watcher->seen.push_back(order.state);
        if (std::exchange(watcher->slow, false)) co_await watcher->taken;
        co_return !watcher->call.cancelled();
      });
      watcher->ended = co_await run;
    }(watch_, watcher, std::move(id)));
    lane_.RunUntilIdle();
    return watcher;
  }
  std::shared_ptr<Watcher> Watch(std::uint32_t n, bool slow = false) { return Watch(OrderNumber(n).ToString(), slow); }
  void Tick() { lane_.Advance(absl::Milliseconds(200)); }

  FakeClock clock_;
  ManualLane lane_{clock_};
  FakeOrderStore store_{clock_};
  base::Metrics metrics_;
  OrderVersions versions_{lane_, store_, absl::Milliseconds(200), WatchMetrics(metrics_)};
  WatchOrder watch_{store_, versions_};
  std::vector<std::shared_ptr<Watcher>> watchers_;
};

TEST_F(WatchOrderTest, SendsTheOrderAsItIsAndThenEachChange) {
  auto watcher = Watch(1);
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted));
  Tick();
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted));
  store_.SetState(OrderNumber(1), OrderState::kPaid);
  Tick();
  store_.SetState(OrderNumber(1), OrderState::kShipped);
  Tick();
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted, OrderState::kPaid, OrderState::kShipped));
  EXPECT_FALSE(watcher->ended.has_value());
}

TEST_F(WatchOrderTest, EndsWhenTheOrderCanChangeNoMore) {
  auto watcher = Watch(1);
  store_.SetState(OrderNumber(1), OrderState::kCancelled);
  Tick();
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted, OrderState::kCancelled));
  EXPECT_THAT(watcher->ended, Optional(IsOk()));
  EXPECT_THAT(Watch(1)->ended, Optional(IsOk()));
}

TEST_F(WatchOrderTest, ASlowClientSeesTheLatestStateOnly) {
  auto watcher = Watch(1, /*slow=*/true);
  store_.SetState(OrderNumber(1), OrderState::kPaid);
  Tick();
  store_.SetState(OrderNumber(1), OrderState::kShipped);
  Tick();
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted));
  watcher->taken.setter()(true);
  lane_.RunUntilIdle();
  Tick();
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted, OrderState::kShipped));
}

TEST_F(WatchOrderTest, OneQueryServesEveryWatcherAndNoneIsMadeForNobody) {
  Tick();
  EXPECT_EQ(store_.version_queries(), 0);
  for (int i = 0; i < 10; ++i) Watch(1 + i % 3);
  for (int i = 0; i < 5; ++i) Tick();
  EXPECT_EQ(store_.version_queries(), 5);
  for (const auto& watcher : watchers_) watcher->call.Cancel();
  lane_.RunUntilIdle();
  for (int i = 0; i < 5; ++i) Tick();
  EXPECT_EQ(store_.version_queries(), 5);
  Watch(2);
  Tick();
  EXPECT_EQ(store_.version_queries(), 6);
}

TEST_F(WatchOrderTest, ACancelledWatchEndsAtOnce) {
  auto watcher = Watch(1);
  watcher->call.Cancel();
  lane_.RunUntilIdle();
  EXPECT_TRUE(watcher->ended.has_value());
}

TEST_F(WatchOrderTest, EndsWithUnavailableWhenTheServerStops) {
  auto watcher = Watch(1);
  watcher->call.Cancel();  // what a draining server does to a stream
  lane_.RunUntilIdle();
  EXPECT_THAT(watcher->ended, Optional(StatusIs(absl::StatusCode::kUnavailable)));
}

TEST_F(WatchOrderTest, GoesOnWhenTheDatabaseWasAway) {
  auto watcher = Watch(1);
  store_.FailNext(absl::UnavailableError("away"));
  Tick();
  store_.SetState(OrderNumber(1), OrderState::kPaid);
  Tick();
  EXPECT_THAT(watcher->seen, ElementsAre(OrderState::kAccepted, OrderState::kPaid));
}

TEST_F(WatchOrderTest, AnUnknownOrderIsNotFound) {
  EXPECT_THAT(Watch(99)->ended, Optional(StatusIs(absl::StatusCode::kNotFound)));
  EXPECT_THAT(Watch("nonsense")->ended, Optional(StatusIs(absl::StatusCode::kInvalidArgument)));
}

}  // namespace
}  // namespace ordermesh::gateway
