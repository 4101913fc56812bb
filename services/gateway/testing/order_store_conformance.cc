#include "services/gateway/testing/order_store_conformance.h"

#include <gmock/gmock.h>

#include "libs/domain/order_size.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::gateway {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(OrderStoreConformance);

using domain::OrderState;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

domain::Order OrderStoreConformance::Store(Acceptance asked) {
  auto results = Accept({std::move(asked)});
  EXPECT_THAT(results, ElementsAre(IsOk()));
  return results.front().ok() ? results.front()->stored.order : domain::Order();
}

std::vector<domain::OrderId> OrderStoreConformance::List(const OrderQuery& query) {
  auto page = aio::RunSync(lane_, [&] { return world_->store().List({lane_}, query); });
  EXPECT_THAT(page, IsOk());
  std::vector<domain::OrderId> ids;
  if (page.ok()) {
    for (const domain::Order& order : *page) ids.push_back(order.id);
  }
  return ids;
}

absl::StatusOr<domain::Order> OrderStoreConformance::Move(OrderState to, std::uint32_t order,
                                                          std::optional<std::int64_t> version,
                                                          const std::string& caller) {
  const OrderMove move = {.caller = caller,
                          .id = OrderNumber(order),
                          .to = to,
                          .version = version,
                          .cancel_reason = to == OrderState::kCancelled ? domain::CancelReason::kRequested
                                                                        : domain::CancelReason::kUnspecified,
                          .event_id = EventNumber(1000 * static_cast<std::uint32_t>(to) + order),
                          .traceparent = "00-11111111111111111111111111111111-2222222222222222-01"};
  return aio::RunSync(lane_, [&] { return world_->store().Move({lane_}, move); });
}

namespace {

TEST_P(OrderStoreConformance, WhatNobodyWaitsForAnyMoreIsNotBegun) {
  const domain::Order order = Store(AnAcceptance(1, {ALine(1)}));
  const OrderMove move{
      .caller = "default", .id = order.id, .to = OrderState::kCancelled, .event_id = EventNumber(1001)};
  const aio::Waiter late{lane_, base::Deadline::In(-absl::Seconds(1), lane_.timer())};
  std::stop_source left;
  left.request_stop();
  const aio::Waiter gone{lane_, base::Deadline::Never(), left.get_token()};
  OrderStore& store = world_->store();
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Move(late, move); }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Move(gone, move); }), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(aio::RunSync(lane_,
                           [&] {
                             return store.Find(late, {{"default", "request-1"}});
                           }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.List(gone, {}); }), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(Get(order.id)->state, OrderState::kAccepted);
}

void ExpectSameContent(const domain::PricedOrder& stored, const domain::PricedOrder& sent) {
  EXPECT_EQ(stored.customer_id, sent.customer_id);
  EXPECT_EQ(stored.contact_email, sent.contact_email);
  EXPECT_EQ(stored.note, sent.note);
  EXPECT_EQ(stored.total, sent.total);
  ASSERT_EQ(stored.lines.size(), sent.lines.size());
  for (std::size_t i = 0; i < sent.lines.size(); ++i) {
    EXPECT_EQ(stored.lines[i].product_id, sent.lines[i].product_id);
    EXPECT_EQ(stored.lines[i].sku, sent.lines[i].sku);
    EXPECT_EQ(stored.lines[i].name, sent.lines[i].name);
    EXPECT_EQ(stored.lines[i].quantity, sent.lines[i].quantity);
    EXPECT_EQ(stored.lines[i].unit_price_minor, sent.lines[i].unit_price_minor);
  }
}

}  // namespace

TEST_P(OrderStoreConformance, StoresAnOrderItsStockAndItsEvent) {
  const Acceptance asked = AnAcceptance(1, {ALine(1, 4), ALine(2, 1)});
  const auto results = Accept({asked});
  ASSERT_THAT(results, ElementsAre(IsOk()));
  EXPECT_FALSE(results[0]->earlier);
  const domain::Order& order = results[0]->stored.order;
  EXPECT_EQ(order.id, OrderNumber(1));
  EXPECT_EQ(order.state, OrderState::kAccepted);
  EXPECT_EQ(order.version, 1);
  EXPECT_GT(order.created_at, absl::UnixEpoch());
  EXPECT_EQ(order.updated_at, order.created_at);
  ExpectSameContent(order.content, asked.order.content);
  EXPECT_EQ(Stock(1), 6);
  EXPECT_EQ(Stock(2), 9);
  EXPECT_THAT(world_->Events(),
              ElementsAre(FakeOrderStore::Event{OrderNumber(1), OrderState::kAccepted, 1, asked.traceparent}));
}

TEST_P(OrderStoreConformance, ReadsBackWhatItAnswered) {
  const Acceptance asked = AnAcceptance(1, {ALine(3, 2), ALine(1, 1)});
  const domain::Order accepted = Store(asked);
  const auto read = Get(OrderNumber(1));
  ASSERT_THAT(read, IsOk());
  ExpectSameContent(read->content, asked.order.content);
  EXPECT_EQ(read->caller, "default");
  EXPECT_EQ(read->state, OrderState::kAccepted);
  EXPECT_EQ(read->version, 1);
  EXPECT_EQ(read->created_at, accepted.created_at);
  EXPECT_EQ(read->updated_at, accepted.updated_at);
}

TEST_P(OrderStoreConformance, RefusesWhatStockDoesNotCoverAndTakesNothingForIt) {
  const auto results = Accept({AnAcceptance(1, {ALine(1, 10), ALine(2, 11), ALine(3, 12)})});
  ASSERT_THAT(results, ElementsAre(StatusIs(absl::StatusCode::kFailedPrecondition)));
  const domain::Refusal refusal = domain::RefusalOf(results[0].status());
  EXPECT_THAT(refusal.violations, SizeIs(2));  // every short line is named
  EXPECT_EQ(Stock(1), 10);
  EXPECT_THAT(Get(OrderNumber(1)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(world_->Events(), IsEmpty());
}

TEST_P(OrderStoreConformance, RefusesAProductThatIsGone) {
  const auto results = Accept({AnAcceptance(1, {ALine(1), ALine(77)})});
  EXPECT_THAT(results, ElementsAre(StatusIs(absl::StatusCode::kFailedPrecondition)));
  EXPECT_EQ(Stock(1), 10);
}

TEST_P(OrderStoreConformance, DecidesInTheOrderOfTheBatchAndOneRefusalFailsNoOther) {
  // By request id they would come in another order: what counts is arrival.
  const auto results = Accept({AnAcceptance(9, {ALine(1, 7)}), AnAcceptance(5, {ALine(1, 4), ALine(2, 4)}),
                               AnAcceptance(1, {ALine(1, 3), ALine(2, 10)})});
  EXPECT_THAT(results, ElementsAre(IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition), IsOk()));
  EXPECT_EQ(Stock(1), 0);
  EXPECT_EQ(Stock(2), 0);
  EXPECT_THAT(world_->Events(), SizeIs(2));
}

TEST_P(OrderStoreConformance, ARefusedOrderLeavesItsKeyFree) {
  ASSERT_THAT(Accept({AnAcceptance(1, {ALine(1, 11)})}), ElementsAre(StatusIs(absl::StatusCode::kFailedPrecondition)));
  world_->SetStock(ProductNumber(1), 11);
  EXPECT_THAT(Accept({AnAcceptance(1, {ALine(1, 11)})}), ElementsAre(IsOk()));
}

TEST_P(OrderStoreConformance, ATakenKeyGivesTheOrderThatHasIt) {
  Store(AnAcceptance(1, {ALine(1, 2)}));
  Acceptance again = AnAcceptance(2, {ALine(2, 5)});
  again.request_id = "request-1";
  const auto results = Accept({again});
  ASSERT_THAT(results, ElementsAre(IsOk()));
  EXPECT_TRUE(results[0]->earlier);
  EXPECT_EQ(results[0]->stored.order.id, OrderNumber(1));
  EXPECT_EQ(results[0]->stored.fingerprint, "fingerprint-1");
  EXPECT_THAT(results[0]->stored.order.content.lines, SizeIs(1));
  EXPECT_EQ(Stock(2), 10);
  EXPECT_THAT(world_->Events(), SizeIs(1));
}

TEST_P(OrderStoreConformance, ATakenKeyGivesTheOrderAsItIsNow) {
  Store(AnAcceptance(1, {ALine(1, 2)}));
  ASSERT_THAT(Cancel(1), IsOk());
  Acceptance again = AnAcceptance(2, {ALine(1, 2)});
  again.request_id = "request-1";
  const auto results = Accept({again});
  ASSERT_THAT(results, ElementsAre(IsOk()));
  EXPECT_EQ(results[0]->stored.order.state, OrderState::kCancelled);
  EXPECT_EQ(results[0]->stored.order.version, 2);
}

TEST_P(OrderStoreConformance, RunningTheSameBatchAgainChangesNothing) {
  const std::vector<Acceptance> batch = {AnAcceptance(1, {ALine(1, 2)}), AnAcceptance(2, {ALine(2, 3)})};
  ASSERT_THAT(Accept(batch), ElementsAre(IsOk(), IsOk()));
  const auto results = Accept(batch);
  ASSERT_THAT(results, ElementsAre(IsOk(), IsOk()));
  EXPECT_FALSE(results[0]->earlier);  // with the same ids it is the same acceptance
  EXPECT_EQ(results[1]->stored.order.id, OrderNumber(2));
  EXPECT_EQ(Stock(1), 8);
  EXPECT_EQ(Stock(2), 7);
  EXPECT_THAT(world_->Events(), SizeIs(2));
}

TEST_P(OrderStoreConformance, ABatchMayHoldARepeatABadOrderAndGoodOnes) {
  Store(AnAcceptance(1, {ALine(1, 1)}));
  Acceptance repeat = AnAcceptance(2, {ALine(1, 1)});
  repeat.request_id = "request-1";
  const auto results = Accept({AnAcceptance(3, {ALine(1, 1)}), repeat, AnAcceptance(4, {ALine(1, 99)}),
                               AnAcceptance(5, {ALine(2, 2), ALine(3, 1)})});
  ASSERT_THAT(results, ElementsAre(IsOk(), IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition), IsOk()));
  EXPECT_FALSE(results[0]->earlier);
  EXPECT_TRUE(results[1]->earlier);
  EXPECT_EQ(Stock(1), 8);
  EXPECT_EQ(Stock(2), 8);
  EXPECT_EQ(Stock(3), 9);
}

TEST_P(OrderStoreConformance, CallersDoNotShareKeysOrOrders) {
  Store(AnAcceptance(1, {ALine(1)}));
  Acceptance other = AnAcceptance(2, {ALine(1)});
  other.order.caller = "other";
  other.request_id = "request-1";
  const auto results = Accept({other});
  ASSERT_THAT(results, ElementsAre(IsOk()));
  EXPECT_FALSE(results[0]->earlier);
  EXPECT_THAT(Get(OrderNumber(1), "other"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(List({.filter = {.caller = "other"}}), ElementsAre(OrderNumber(2)));
  EXPECT_THAT(Cancel(1, std::nullopt, "other"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Move(OrderState::kPaid, 1, std::nullopt, "other"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(OrderStoreConformance, FindsOrdersByTheirKeys) {
  Store(AnAcceptance(1, {ALine(1), ALine(2)}));
  Store(AnAcceptance(2, {ALine(2)}));
  const auto found = Find({{"default", "request-2"},
                           {"default", "request"},
                           {"other", "request-1"},
                           {"default", "request-1"},
                           {"default", "request-2"}});
  ASSERT_THAT(found, IsOk());
  ASSERT_THAT(*found, SizeIs(5));
  EXPECT_EQ((*found)[0]->order.id, OrderNumber(2));
  EXPECT_EQ((*found)[0]->fingerprint, "fingerprint-2");
  EXPECT_FALSE((*found)[1].has_value());
  EXPECT_FALSE((*found)[2].has_value());
  EXPECT_THAT((*found)[3]->order.content.lines, SizeIs(2));
  EXPECT_EQ((*found)[4]->order.id, OrderNumber(2));
  EXPECT_THAT((*found)[4]->order.content.lines, SizeIs(1));
}

TEST_P(OrderStoreConformance, ListsNewestFirstPageByPage) {
  std::vector<domain::OrderId> newest_first;
  std::vector<domain::Order> orders;
  for (std::uint32_t n = 1; n <= 7; ++n) {
    orders.insert(orders.begin(), Store(AnAcceptance(n, {ALine(1)})));
    newest_first.insert(newest_first.begin(), OrderNumber(n));
  }
  EXPECT_EQ(List({.filter = {.caller = "default"}}), newest_first);

  OrderQuery query{.filter = {.caller = "default"}, .limit = 3};
  std::vector<domain::OrderId> pages;
  for (std::vector<domain::OrderId> page = List(query); !page.empty(); page = List(query)) {
    pages.insert(pages.end(), page.begin(), page.end());
    query.after = api::TimeAndId{orders[pages.size() - 1].created_at, page.back()};
  }
  EXPECT_EQ(pages, newest_first);

  EXPECT_THAT(List({.filter = {.caller = "default"}, .skip = 5}), ElementsAre(OrderNumber(2), OrderNumber(1)));
}

TEST_P(OrderStoreConformance, ListsNoFurtherThanItsBytes) {
  world_->SetStock(ProductNumber(1), 30);
  for (std::uint32_t n = 1; n <= 30; ++n) ASSERT_THAT(Accept({AnAcceptance(n, {ALine(1)})}).front(), IsOk());
  OrderQuery query{.filter = {.caller = "default"}, .limit = 30};
  const std::vector<domain::OrderId> all = List(query);
  ASSERT_THAT(all, SizeIs(30));
  const auto first = aio::RunSync(lane_, [&] { return world_->store().Get({lane_}, "default", all[0]); });
  ASSERT_THAT(first, IsOk());
  const std::size_t one = domain::BytesAtMost(*first);
  // The first that brings them beyond, and at least the second.
  for (const auto& [max_bytes, expected] : std::vector<std::pair<std::size_t, std::size_t>>{
           {0, 2}, {one / 2, 2}, {one * 5 / 2, 3}, {one * 49 / 2, 25}, {one * 100, 30}}) {
    query.max_bytes = max_bytes;
    EXPECT_THAT(List(query), ElementsAreArray(all.begin(), all.begin() + expected)) << max_bytes;
  }
}

TEST_P(OrderStoreConformance, ListsAndCountsWhatMatches) {
  std::vector<domain::Order> orders;
  for (std::uint32_t n = 1; n <= 4; ++n) {
    Acceptance asked = AnAcceptance(n, {ALine(1)});
    asked.order.content.customer_id = n % 2 == 0 ? "CUST-0002" : "CUST-0001";
    orders.push_back(Store(asked));
  }
  ASSERT_THAT(Cancel(2), IsOk());

  OrderFilter by_customer{.caller = "default", .customer_id = "CUST-0002"};
  EXPECT_THAT(List({.filter = by_customer}), ElementsAre(OrderNumber(4), OrderNumber(2)));
  OrderFilter by_state{.caller = "default", .state = OrderState::kCancelled};
  EXPECT_THAT(List({.filter = by_state}), ElementsAre(OrderNumber(2)));
  OrderFilter both{.caller = "default", .customer_id = "CUST-0001", .state = OrderState::kCancelled};
  EXPECT_THAT(List({.filter = both}), IsEmpty());
  OrderFilter window{.caller = "default", .created_from = orders[1].created_at, .created_before = orders[3].created_at};
  EXPECT_THAT(List({.filter = window}), ElementsAre(OrderNumber(3), OrderNumber(2)));

  for (const auto& [filter, count] : std::vector<std::pair<OrderFilter, std::int64_t>>{
           {by_customer, 2}, {by_state, 1}, {both, 0}, {window, 2}, {{.caller = "nobody"}, 0}}) {
    EXPECT_THAT(Count(filter, 100), ordermesh::testing::IsOkAndHolds(count));
  }
  EXPECT_THAT(Count({.caller = "default"}, 3), ordermesh::testing::IsOkAndHolds(3));
}

TEST_P(OrderStoreConformance, WhatDoesNotExistIsNotFound) {
  EXPECT_THAT(Get(OrderNumber(1)), StatusIs(absl::StatusCode::kNotFound));
  for (const OrderState to :
       {OrderState::kCancelled, OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered}) {
    EXPECT_THAT(Move(to, 1), StatusIs(absl::StatusCode::kNotFound));
  }
  EXPECT_THAT(List({.filter = {.caller = "default"}}), IsEmpty());
}

TEST_P(OrderStoreConformance, TellsTheVersionsOfThoseThatExist) {
  Store(AnAcceptance(1, {ALine(1)}));
  Store(AnAcceptance(2, {ALine(1)}));
  ASSERT_THAT(Cancel(2), IsOk());
  const auto versions = aio::RunSync(lane_, [&] {
    return world_->store().Versions({lane_}, {OrderNumber(1), OrderNumber(2), OrderNumber(3)});
  });
  ASSERT_THAT(versions, IsOk());
  EXPECT_THAT(*versions, UnorderedElementsAre(std::pair(OrderNumber(1), 1), std::pair(OrderNumber(2), 2)));
}

}  // namespace ordermesh::gateway
