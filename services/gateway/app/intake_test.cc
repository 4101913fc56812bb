#include "services/gateway/app/intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/testing/fake_order_store.h"
#include "services/gateway/testing/fake_validator.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::FakeCall;
using ordermesh::testing::FakeClock;
using ordermesh::testing::FakeIds;
using ordermesh::testing::IsOk;
using ordermesh::testing::ManualLane;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Result = absl::StatusOr<domain::Order>;

domain::NewOrder ANewOrder(std::string request_id = "", std::string sku = "1", std::int64_t quantity = 1) {
  domain::NewOrder order;
  order.caller = "default";
  order.request_id = std::move(request_id);
  order.customer_id = "CUST-0001";
  order.lines = {{std::move(sku), quantity}};
  return order;
}

std::string ReasonOf(const Result& result) { return domain::RefusalOf(result.status()).reason; }

class IntakeTest : public ::testing::Test {
 protected:
  IntakeTest() { store_.SetStock(ProductNumber(1), 1000); }

  // A call that was made, and its answer once it came.
  struct Made {
    std::unique_ptr<FakeCall> call;
    std::optional<Result> answer;
  };
  // Makes the call on the lane. It stands still at its first wait; RunUntilIdle moves it on.
  std::shared_ptr<Made> Call(domain::NewOrder order, absl::Duration timeout = absl::Seconds(5)) {
    auto made = std::make_shared<Made>();
    made->call = std::make_unique<FakeCall>(lane_, timeout);
    aio::Spawn([](Intake& intake, domain::NewOrder order, std::shared_ptr<Made> made) -> aio::Task<void> {
      auto accept = intake.Accept(*made->call, std::move(order));
      made->answer = co_await accept;
    }(intake(), std::move(order), made));
    return made;
  }
  Result Accept(domain::NewOrder order) {
    auto made = Call(std::move(order));
    lane_.RunUntilIdle();
    return made->answer.value_or(absl::UnknownError("no answer yet"));
  }
  Intake& intake() {
    if (intake_ == nullptr) {
      intake_ = std::make_unique<Intake>(lane_, validator_, store_, events_, ids_, outbox_full_, options_,
                                         IntakeMetrics(metrics_));
    }
    return *intake_;
  }
  IntakeMetrics metrics() { return IntakeMetrics(metrics_); }

  FakeClock clock_;
  ManualLane lane_{clock_};
  FakeValidator validator_;
  FakeOrderStore store_{clock_};
  TextEvents events_;
  FakeIds ids_;
  std::atomic<bool> outbox_full_{false};
  base::Metrics metrics_;
  IntakeOptions options_;
  std::unique_ptr<Intake> intake_;
};

TEST_F(IntakeTest, AcceptsAnOrderAtOnceWhenIdle) {
  const Result order = Accept(ANewOrder("r1", "1", 2));
  ASSERT_THAT(order, IsOk());
  EXPECT_EQ(order->state, domain::OrderState::kAccepted);
  EXPECT_EQ(order->content.total.minor, 200);
  EXPECT_EQ(store_.Stock(ProductNumber(1)), 998);
  EXPECT_THAT(store_.Events(), SizeIs(1));
  EXPECT_TRUE(intake().idle());
}

TEST_F(IntakeTest, ValidatesAndStoresTogetherWhatHasGathered) {
  validator_.Hold();
  auto first = Call(ANewOrder());
  std::vector<std::shared_ptr<Made>> others;
  for (int i = 0; i < 10; ++i) others.push_back(Call(ANewOrder()));
  validator_.Release();
  lane_.RunUntilIdle();
  EXPECT_THAT(first->answer, ::testing::Optional(IsOk()));
  for (const auto& other : others) EXPECT_THAT(other->answer, ::testing::Optional(IsOk()));
  EXPECT_THAT(validator_.batch_sizes(), ElementsAre(1, 10));
  EXPECT_THAT(store_.BatchSizes(), ElementsAre(1, 10));
}

TEST_F(IntakeTest, SendsAnotherBatchAfterTwoMillisecondsUpToTheLimitInFlight) {
  validator_.Hold();
  std::vector<std::shared_ptr<Made>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(Call(ANewOrder()));
    lane_.Advance(absl::Milliseconds(3));
  }
  EXPECT_EQ(validator_.most_at_once(), 4);
  EXPECT_THAT(validator_.batch_sizes(), ElementsAre(1, 1, 1, 1));
  validator_.Release();
  lane_.RunUntilIdle();
  for (const auto& call : calls) EXPECT_THAT(call->answer, ::testing::Optional(IsOk()));
}

TEST_F(IntakeTest, ABatchHasAtMost64Orders) {
  validator_.Hold();
  std::vector<std::shared_ptr<Made>> calls;
  for (int i = 0; i < 130; ++i) calls.push_back(Call(ANewOrder()));
  validator_.Release();
  lane_.RunUntilIdle();
  lane_.Advance(absl::Milliseconds(2));
  EXPECT_THAT(validator_.batch_sizes(), ElementsAre(1, 64, 64, 1));
  for (const auto& call : calls) EXPECT_THAT(call->answer, ::testing::Optional(IsOk()));
}

TEST_F(IntakeTest, TellsEveryViolationAndStoresNothing) {
  domain::NewOrder empty = ANewOrder("r1");
  empty.lines.clear();
  const Result result = Accept(empty);
  EXPECT_THAT(result, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(domain::RefusalOf(result.status()).violations, SizeIs(1));
  EXPECT_THAT(store_.Events(), IsEmpty());
}

TEST_F(IntakeTest, StoresNothingWhenValidationIsDown) {
  validator_.FailNext(absl::UnavailableError("down"));
  EXPECT_THAT(Accept(ANewOrder("r1")), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store_.BatchSizes(), IsEmpty());
}

TEST_F(IntakeTest, ARepeatGivesTheStoredOrder) {
  const Result first = Accept(ANewOrder("r1"));
  validator_.SetPrice(999);  // the price has changed since
  const Result again = Accept(ANewOrder("r1"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(again->content.total.minor, 100);
  EXPECT_THAT(store_.Events(), SizeIs(1));
  EXPECT_EQ(metrics().repeats.Value(), 1);
  EXPECT_EQ(metrics().accepted.Value(), 1);
}

TEST_F(IntakeTest, ARepeatIsAnsweredAlsoWhenTheProductWentOffSale) {
  const Result first = Accept(ANewOrder("r1"));
  validator_.TakeOffSale("1");
  EXPECT_THAT(Accept(ANewOrder("r2")), StatusIs(absl::StatusCode::kFailedPrecondition));
  const Result again = Accept(ANewOrder("r1"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->id, first->id);
}

TEST_F(IntakeTest, ARepeatIsAnsweredAlsoWhenValidationIsDown) {
  const Result first = Accept(ANewOrder("r1"));
  validator_.FailNext(absl::UnavailableError("down"));
  const Result again = Accept(ANewOrder("r1"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->id, first->id);
}

TEST_F(IntakeTest, ARepeatGivesTheOrderAsItIsNow) {
  const Result first = Accept(ANewOrder("r1"));
  ASSERT_THAT(first, IsOk());
  store_.SetState(first->id, domain::OrderState::kShipped);
  const Result again = Accept(ANewOrder("r1"));
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->state, domain::OrderState::kShipped);
}

TEST_F(IntakeTest, ARequestIdWithAnotherPayloadIsRefused) {
  ASSERT_THAT(Accept(ANewOrder("r1")), IsOk());
  const Result reused = Accept(ANewOrder("r1", "1", 2));
  EXPECT_THAT(reused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(ReasonOf(reused), reasons::kIdempotencyKeyReused);
  validator_.TakeOffSale("1");  // whatever validation says of the new payload
  EXPECT_EQ(ReasonOf(Accept(ANewOrder("r1", "1", 3))), reasons::kIdempotencyKeyReused);
  EXPECT_EQ(store_.Stock(ProductNumber(1)), 999);
}

TEST_F(IntakeTest, EqualRequestIdsOfABatchAreOneOrder) {
  validator_.Hold();
  auto warm = Call(ANewOrder());
  auto first = Call(ANewOrder("r1"));
  auto same = Call(ANewOrder("r1"));
  auto other = Call(ANewOrder("r1", "1", 5));
  validator_.Release();
  lane_.RunUntilIdle();
  ASSERT_THAT(first->answer, ::testing::Optional(IsOk()));
  ASSERT_THAT(same->answer, ::testing::Optional(IsOk()));
  EXPECT_EQ((*first->answer)->id, (*same->answer)->id);
  EXPECT_EQ(ReasonOf(*other->answer), reasons::kIdempotencyKeyReused);
  EXPECT_THAT(store_.BatchSizes(), ElementsAre(1, 1));
  EXPECT_EQ(metrics().folded.Value(), 2);
}

TEST_F(IntakeTest, WithoutARequestIdEachCallIsAnOrder) {
  const Result first = Accept(ANewOrder());
  const Result second = Accept(ANewOrder());
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(first->id, second->id);
}

TEST_F(IntakeTest, WhenTheRepeatCannotBeLookedUpTheRefusalIsNotTrusted) {
  validator_.TakeOffSale("1");
  store_.FailNext(absl::UnavailableError("database down"));
  EXPECT_THAT(Accept(ANewOrder("r1")), StatusIs(absl::StatusCode::kUnavailable));
}

// What readers, or a refused order's own bad luck, do to the look-up is not the matter of those who order well.
TEST_F(IntakeTest, LookUpsThatTakeLongKeepNobodyFromBeingValidated) {
  validator_.TakeOffSale("2");
  store_.HoldLookUps();
  std::vector<std::shared_ptr<Made>> refused;
  const int slots = options_.validate.max_in_flight;
  for (int i = 0; i < 2 * slots; ++i) {
    refused.push_back(Call(ANewOrder(absl::StrCat("refused-", i), "2")));
    lane_.RunUntilIdle();
  }
  EXPECT_THAT(Accept(ANewOrder("valid")), IsOk());
  for (const auto& call : refused) EXPECT_FALSE(call->answer.has_value());
  EXPECT_FALSE(intake().idle());
  store_.Release();
  lane_.RunUntilIdle();
  for (const auto& call : refused) {
    EXPECT_THAT(call->answer, ::testing::Optional(StatusIs(absl::StatusCode::kFailedPrecondition)));
  }
  EXPECT_TRUE(intake().idle());
  EXPECT_EQ(metrics().look_up.batches.Value(), 2) << "what gathers meanwhile is looked up together";
}

TEST_F(IntakeTest, ARefusedCallThatWasCancelledIsNotLookedUp) {
  validator_.TakeOffSale("2");
  store_.HoldLookUps();
  auto first = Call(ANewOrder("r1", "2"));
  lane_.RunUntilIdle();
  auto gone = Call(ANewOrder("r2", "2"));
  lane_.RunUntilIdle();
  gone->call->Cancel();
  store_.Release();
  lane_.RunUntilIdle();
  EXPECT_THAT(first->answer, ::testing::Optional(StatusIs(absl::StatusCode::kFailedPrecondition)));
  EXPECT_THAT(gone->answer, ::testing::Optional(StatusIs(absl::StatusCode::kCancelled)));
}

TEST_F(IntakeTest, ACallThatWasCancelledIsNotStored) {
  validator_.Hold();
  auto gone = Call(ANewOrder("r1"));
  auto stays = Call(ANewOrder("r2"));
  gone->call->Cancel();
  validator_.Release();
  lane_.RunUntilIdle();
  EXPECT_THAT(gone->answer, ::testing::Optional(StatusIs(absl::StatusCode::kCancelled)));
  EXPECT_THAT(stays->answer, ::testing::Optional(IsOk()));
  EXPECT_THAT(store_.Events(), SizeIs(1));
  EXPECT_EQ(metrics().given_up.Value(), 1);
}

TEST_F(IntakeTest, ACallWhoseDeadlineHasPassedIsNotStored) {
  store_.Hold();
  auto first = Call(ANewOrder("r1"));
  lane_.RunUntilIdle();
  auto late = Call(ANewOrder("r2"), absl::Milliseconds(50));
  auto patient = Call(ANewOrder("r3"));
  lane_.RunUntilIdle();
  lane_.Advance(absl::Milliseconds(60));
  store_.Release();
  lane_.RunUntilIdle();
  EXPECT_THAT(first->answer, ::testing::Optional(IsOk()));
  EXPECT_THAT(late->answer, ::testing::Optional(StatusIs(absl::StatusCode::kDeadlineExceeded)));
  EXPECT_THAT(patient->answer, ::testing::Optional(IsOk()));
  EXPECT_THAT(store_.Events(), SizeIs(2));
}

TEST_F(IntakeTest, OneImpatientCallerDoesNotShortenTheHopOfTheOthers) {
  validator_.Hold();
  auto warm = Call(ANewOrder());
  auto impatient = Call(ANewOrder(), absl::Milliseconds(30));
  auto patient = Call(ANewOrder(), absl::Milliseconds(500));
  const base::SteadyTime now = clock_.SteadyNow();
  validator_.Release();
  lane_.RunUntilIdle();
  ASSERT_THAT(validator_.deadlines(), SizeIs(2));
  EXPECT_EQ(validator_.deadlines()[0], now + absl::Seconds(1));         // the validator's own timeout
  EXPECT_EQ(validator_.deadlines()[1], now + absl::Milliseconds(480));  // shortened for the hop
}

TEST_F(IntakeTest, PassesTheTraceOn) {
  auto made = Call(ANewOrder("r1"));
  lane_.RunUntilIdle();
  EXPECT_THAT(validator_.traceparents(), ElementsAre(made->call->trace().traceparent()));
  ASSERT_THAT(store_.Events(), SizeIs(1));
  EXPECT_EQ(store_.Events()[0].traceparent, made->call->trace().traceparent());
}

TEST_F(IntakeTest, RefusesAtOnceBeyondTheQueue) {
  options_.max_waiting = 2;
  validator_.Hold();
  auto first = Call(ANewOrder());
  auto second = Call(ANewOrder());
  auto third = Call(ANewOrder());
  ASSERT_TRUE(third->answer.has_value());
  EXPECT_THAT(*third->answer, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(domain::RefusalOf(third->answer->status()).retry_after, absl::Milliseconds(200));
  EXPECT_EQ(metrics().shed_queue.Value(), 1);
  validator_.Release();
  lane_.RunUntilIdle();
  EXPECT_THAT(second->answer, ::testing::Optional(IsOk()));
  EXPECT_THAT(Accept(ANewOrder()), IsOk());
}

TEST_F(IntakeTest, ShedsWhileTheOutboxIsFull) {
  outbox_full_ = true;
  EXPECT_THAT(Accept(ANewOrder()), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(metrics().shed_outbox.Value(), 1);
  outbox_full_ = false;
  EXPECT_THAT(Accept(ANewOrder()), IsOk());
}

TEST_F(IntakeTest, RefusesAnOrderWhoseEventWouldBeTooLarge) {
  options_.max_event_bytes = 150;  // TextEvents: 100 a line
  EXPECT_THAT(Accept(ANewOrder("r1")), IsOk());
  store_.SetStock(ProductNumber(2), 10);
  domain::NewOrder large = ANewOrder("r2");
  large.lines.push_back({"2", 1});
  const Result refused = Accept(large);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(ReasonOf(refused), reasons::kOrderTooLarge);
  EXPECT_THAT(store_.Events(), SizeIs(1));
}

TEST_F(IntakeTest, AnUnknownOutcomeIsNotCalledSafe) {
  store_.LoseNextReply();
  EXPECT_THAT(Accept(ANewOrder("r1")), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(Accept(ANewOrder("r1")), IsOk());  // repeating it tells
  EXPECT_THAT(store_.Events(), SizeIs(1));
}

TEST_F(IntakeTest, AQuoteIsPricedAndStoresNothing) {
  FakeCall call(lane_);
  std::optional<absl::StatusOr<domain::PricedOrder>> quote;
  aio::Spawn([](Intake& intake, FakeCall& call, auto& quote) -> aio::Task<void> {
    auto ask = intake.Quote(call, ANewOrder("r1", "1", 3));
    quote = co_await ask;
  }(intake(), call, quote));
  lane_.RunUntilIdle();
  ASSERT_TRUE(quote.has_value());
  ASSERT_THAT(*quote, IsOk());
  EXPECT_EQ((*quote)->total.minor, 300);
  EXPECT_EQ(store_.Stock(ProductNumber(1)), 1000);
  EXPECT_THAT(store_.BatchSizes(), IsEmpty());
}

}  // namespace
}  // namespace ordermesh::gateway
