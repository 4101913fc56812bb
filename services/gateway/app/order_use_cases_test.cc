// GetOrder, ListOrders and MoveOrder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "libs/domain/etag.h"
#include "libs/domain/order_size.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/app/get_order.h"
#include "services/gateway/app/list_orders.h"
#include "services/gateway/app/move_order.h"
#include "services/gateway/testing/fake_order_store.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using domain::OrderState;
using ordermesh::testing::FakeCall;
using ordermesh::testing::FakeClock;
using ordermesh::testing::FakeIds;
using ordermesh::testing::IsOk;
using ordermesh::testing::ManualLane;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return domain::RefusalOf(result.status()).reason;
}

class OrderUseCasesTest : public ::testing::Test {
 protected:
  OrderUseCasesTest() { store_.SetStock(ProductNumber(1), 1000); }

  // Runs the task to its end, which it must reach without time passing.
  template <class Task>
  auto Run(Task task) {
    std::optional<decltype(task.await_resume())> result;
    aio::Spawn([](Task task, auto& result) -> aio::Task<void> { result = co_await task; }(std::move(task), result));
    lane_.RunUntilIdle();
    return *std::move(result);
  }
  domain::Order Store(std::uint32_t n) {
    clock_.Advance(absl::Seconds(1));
    auto accepted = Run(store_.Accept(lane_, {AnAcceptance(n, {ALine(1)})}));
    return accepted.front()->stored.order;
  }
  absl::StatusOr<OrderPage> List(ListRequest request) {
    if (request.filter.caller.empty()) request.filter.caller = "default";
    return Run(list_.Run(call_, std::move(request)));
  }
  static std::vector<domain::OrderId> Ids(const OrderPage& page) {
    std::vector<domain::OrderId> ids;
    for (const domain::Order& order : page.orders) ids.push_back(order.id);
    return ids;
  }

  FakeClock clock_;
  ManualLane lane_{clock_};
  FakeOrderStore store_{clock_};
  FakeIds ids_;
  FakeCall call_{lane_, absl::Hours(1)};
  GetOrder get_{store_};
  ListOrders list_{store_};
  MoveOrder move_{store_, ids_};
};

TEST_F(OrderUseCasesTest, GetsAnOrder) {
  const domain::Order order = Store(1);
  const auto got = Run(get_.Run(call_, order.id.ToString()));
  ASSERT_THAT(got, IsOk());
  EXPECT_EQ(got->id, order.id);
}

TEST_F(OrderUseCasesTest, AnIdThatIsNoUuidIsRefused) {
  for (const char* id : {"", "1", "not-a-uuid", "00000000-0000-7000-8000-0000000000011"}) {
    EXPECT_EQ(ReasonOf(Run(get_.Run(call_, id))), reasons::kIdMalformed) << id;
    const std::vector<domain::Violation> violations = domain::RefusalOf(Run(get_.Run(call_, id)).status()).violations;
    ASSERT_EQ(violations.size(), 1u);
    EXPECT_EQ(violations[0].field, "id");
    EXPECT_EQ(ReasonOf(Run(move_.Run(call_, id, "", OrderState::kCancelled))), reasons::kIdMalformed) << id;
  }
}

TEST_F(OrderUseCasesTest, AnotherCallersOrderIsNotFound) {
  const domain::Order order = Store(1);
  call_.SetMetadata("x-ordermesh-caller", "somebody-else");
  EXPECT_EQ(ReasonOf(Run(get_.Run(call_, order.id.ToString()))), reasons::kOrderNotFound);
  EXPECT_EQ(ReasonOf(Run(move_.Run(call_, order.id.ToString(), "", OrderState::kCancelled))), reasons::kOrderNotFound);
}

TEST_F(OrderUseCasesTest, PagesFollowEachOtherToTheEnd) {
  for (std::uint32_t n = 1; n <= 5; ++n) Store(n);
  auto page = List({.page_size = 2, .show_total_size = true});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Ids(*page), ElementsAre(OrderNumber(5), OrderNumber(4)));
  EXPECT_EQ(page->total_size, 5);
  page = List({.page_size = 2, .page_token = page->next_page_token});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Ids(*page), ElementsAre(OrderNumber(3), OrderNumber(2)));
  EXPECT_FALSE(page->total_size.has_value());
  page = List({.page_size = 2, .page_token = page->next_page_token});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Ids(*page), ElementsAre(OrderNumber(1)));
  EXPECT_THAT(page->next_page_token, IsEmpty());
}

TEST_F(OrderUseCasesTest, AFullLastPageHasNoNext) {
  for (std::uint32_t n = 1; n <= 4; ++n) Store(n);
  const auto page = List({.page_size = 2, .skip = 2});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(Ids(*page), ElementsAre(OrderNumber(2), OrderNumber(1)));
  EXPECT_THAT(page->next_page_token, IsEmpty());
}

TEST_F(OrderUseCasesTest, TheSizeOfAPageIsBounded) {
  for (std::uint32_t n = 1; n <= 120; ++n) Store(n);
  EXPECT_THAT(List({})->orders, SizeIs(20));
  EXPECT_THAT(List({.page_size = 1000})->orders, SizeIs(100));
  EXPECT_EQ(ReasonOf(List({.page_size = -1})), reasons::kPageSizeNegative);
  EXPECT_EQ(ReasonOf(List({.skip = -1})), reasons::kSkipOutOfRange);
  EXPECT_EQ(ReasonOf(List({.skip = 10'001})), reasons::kSkipOutOfRange);
}

TEST_F(OrderUseCasesTest, APageOfLargeOrdersIsShorterAndLosesNone) {
  domain::OrderLine line = ALine(1);
  line.name = std::string(800, 'n');
  std::vector<domain::OrderId> newest_first;
  for (std::uint32_t n = 1; n <= 30; ++n) {
    store_.SetStock(ProductNumber(1), 1000);
    clock_.Advance(absl::Seconds(1));
    ASSERT_THAT(Run(store_.Accept(lane_, {AnAcceptance(n, std::vector<domain::OrderLine>(100, line))})).front(),
                IsOk());
    newest_first.insert(newest_first.begin(), OrderNumber(n));
  }
  std::vector<domain::OrderId> seen;
  std::string token;
  int pages = 0;
  do {
    const auto page = List({.page_size = 100, .page_token = token, .show_total_size = true});
    ASSERT_THAT(page, IsOk());
    std::size_t bytes = 0;
    for (const domain::Order& order : page->orders) bytes += domain::BytesAtMost(order);
    EXPECT_LE(bytes, api::kMaxPageBytes);
    EXPECT_EQ(page->total_size, 30);
    for (const domain::OrderId& id : Ids(*page)) seen.push_back(id);
    token = page->next_page_token;
    ASSERT_LT(++pages, 30);
  } while (!token.empty());
  EXPECT_EQ(seen, newest_first);
  EXPECT_GT(pages, 1);
}

TEST_F(OrderUseCasesTest, APageTokenServesOnlyItsQuery) {
  for (std::uint32_t n = 1; n <= 3; ++n) Store(n);
  const std::string token = List({.page_size = 1})->next_page_token;
  ASSERT_FALSE(token.empty());
  const OrderFilter others[] = {{.caller = "somebody-else"},
                                {.customer_id = "CUST-0001"},
                                {.state = domain::OrderState::kAccepted},
                                {.created_from = clock_.Now()},
                                {.created_before = clock_.Now()}};
  for (const OrderFilter& filter : others) {
    EXPECT_EQ(ReasonOf(List({.filter = filter, .page_token = token})), reasons::kPageTokenInvalid);
  }
  EXPECT_EQ(ReasonOf(List({.page_token = token + "x"})), reasons::kPageTokenInvalid);
  EXPECT_THAT(List({.page_size = 2, .page_token = token}), IsOk());  // the size may change
}

TEST_F(OrderUseCasesTest, CancelsWithTheCurrentEtagOnly) {
  const domain::Order order = Store(1);
  const std::string id = order.id.ToString();
  const auto cancel = [&](absl::string_view etag) { return Run(move_.Run(call_, id, etag, OrderState::kCancelled)); };
  EXPECT_EQ(ReasonOf(cancel("rubbish")), reasons::kEtagMalformed);
  const std::string etag = domain::MakeEtag(order.id, 1);
  store_.SetState(order.id, OrderState::kPaid);
  EXPECT_EQ(ReasonOf(cancel(etag)), reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(cancel(domain::MakeEtag(OrderNumber(2), 2))), reasons::kEtagStale);
  const auto cancelled = cancel(domain::MakeEtag(order.id, 2));
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, OrderState::kCancelled);
  EXPECT_EQ(cancelled->cancel_reason, domain::CancelReason::kRequested);
  EXPECT_EQ(store_.Stock(ProductNumber(1)), 1000);
  EXPECT_EQ(store_.Events().back().traceparent, call_.trace().traceparent());
}

TEST_F(OrderUseCasesTest, MovesAnOrderOnStepByStep) {
  const domain::Order order = Store(1);
  const std::string id = order.id.ToString();
  EXPECT_EQ(ReasonOf(Run(move_.Run(call_, id, "", OrderState::kShipped))), reasons::kOrderStateForbids);
  std::int64_t version = 1;
  for (const OrderState to : {OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered}) {
    EXPECT_EQ(ReasonOf(Run(move_.Run(call_, "7", "", to))), reasons::kIdMalformed);
    EXPECT_EQ(ReasonOf(Run(move_.Run(call_, id, "rubbish", to))), reasons::kEtagMalformed);
    const auto moved = Run(move_.Run(call_, id, domain::MakeEtag(order.id, version), to));
    ASSERT_THAT(moved, IsOk());
    EXPECT_EQ(moved->state, to);
    EXPECT_EQ(moved->version, ++version);
    EXPECT_EQ(moved->cancel_reason, domain::CancelReason::kUnspecified);
    EXPECT_EQ(store_.Events().back().state, to);
    EXPECT_EQ(store_.Events().back().traceparent, call_.trace().traceparent());
  }
  EXPECT_EQ(ReasonOf(Run(move_.Run(call_, id, "", OrderState::kCancelled))), reasons::kOrderStateForbids);
}

TEST_F(OrderUseCasesTest, MovingTwiceIsOk) {
  const std::string cancelled = Store(1).id.ToString(), paid = Store(2).id.ToString();
  for (const auto& [id, to] : {std::pair(cancelled, OrderState::kCancelled), std::pair(paid, OrderState::kPaid)}) {
    ASSERT_THAT(Run(move_.Run(call_, id, "", to)), IsOk());
    EXPECT_THAT(Run(move_.Run(call_, id, "", to)), IsOk());
  }
  EXPECT_THAT(store_.Events(), SizeIs(4));
}

}  // namespace
}  // namespace ordermesh::gateway
