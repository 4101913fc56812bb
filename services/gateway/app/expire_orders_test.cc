// What the expiry does with what it finds, and when something fails. tests/integration/gateway/expiry_test.cc runs it
// on a database.
#include "services/gateway/app/expire_orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "libs/base/metrics.h"
#include "libs/testing/fake_random.h"
#include "services/gateway/app/refusals.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {
namespace {

using domain::CancelReason;
using domain::OrderState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Orders that a test made up, and answers that it prepared; remembers what it was asked for.
class ScriptedOrders : public UnpaidOrders {
 public:
  absl::StatusOr<bool> TryLock() override { return locked; }
  absl::StatusOr<std::vector<Candidate>> Due(absl::Duration ttl, int limit) override {
    if (!due_failure.ok()) return due_failure;
    last_ttl = ttl;
    std::vector<Candidate> due;
    for (const Candidate& order : orders) {
      if (order.id > position && static_cast<int>(due.size()) < limit) due.push_back(order);
    }
    return due;
  }
  absl::StatusOr<domain::Order> Expire(const OrderMove& move) override {
    asked.push_back(move);
    if (on_expire) on_expire();
    absl::Status answer;
    if (!answers.empty()) {
      answer = answers.front();
      answers.pop_front();
    }
    if (!answer.ok()) return answer;
    domain::Order order;
    order.id = move.id;
    order.state = move.to;
    order.cancel_reason = found_cancelled ? CancelReason::kRequested : move.cancel_reason;
    return order;
  }
  absl::Status Advance(const domain::OrderId& to) override {
    if (!advance_failure.ok()) return advance_failure;
    position = to;
    return absl::OkStatus();
  }

  // Order number `n`, which was at `state` in its version 1 + `n`.
  void Add(std::uint32_t n, OrderState state) {
    orders.push_back({.id = OrderNumber(n), .caller = "shop", .version = 1 + n, .state = state});
  }
  std::vector<domain::OrderId> Asked() const {
    std::vector<domain::OrderId> ids;
    for (const OrderMove& move : asked) ids.push_back(move.id);
    return ids;
  }

  bool locked = true, found_cancelled = false;
  std::vector<Candidate> orders;
  std::deque<absl::Status> answers;  // to Expire, OK when there are none
  absl::Status due_failure, advance_failure;
  std::function<void()> on_expire;
  std::vector<OrderMove> asked;
  domain::OrderId position;
  absl::Duration last_ttl;
};

class ExpireOrdersTest : public ::testing::Test {
 protected:
  void Run() { expire_.Run(stop_.get_token()); }

  ScriptedOrders orders_;
  ordermesh::testing::FakeIds ids_;
  base::Metrics metrics_;
  ExpiryMetrics counters_{metrics_};
  std::stop_source stop_;
  ExpireOrders expire_{{.ttl = absl::Hours(2), .batch = 3}, orders_, ids_, counters_};
};

TEST_F(ExpireOrdersTest, CancelsWhatIsStillAcceptedBatchByBatch) {
  orders_.Add(1, OrderState::kAccepted);
  orders_.Add(2, OrderState::kPaid);
  orders_.Add(3, OrderState::kAccepted);
  orders_.Add(4, OrderState::kCancelled);
  orders_.Add(5, OrderState::kDelivered);
  orders_.Add(6, OrderState::kShipped);
  orders_.Add(7, OrderState::kAccepted);
  Run();
  EXPECT_THAT(orders_.Asked(), ElementsAre(OrderNumber(1), OrderNumber(3), OrderNumber(7)));
  const OrderMove& move = orders_.asked.back();
  EXPECT_EQ(move.caller, "shop");
  EXPECT_EQ(move.to, OrderState::kCancelled);
  EXPECT_EQ(move.version, 8);  // that which was looked at
  EXPECT_EQ(move.cancel_reason, CancelReason::kPaymentExpired);
  EXPECT_NE(move.event_id, orders_.asked.front().event_id);
  EXPECT_EQ(orders_.last_ttl, absl::Hours(2));
  EXPECT_EQ(orders_.position, OrderNumber(7));
  EXPECT_EQ(counters_.expired.Value(), 3);
  Run();
  EXPECT_EQ(counters_.expired.Value(), 3);
}

TEST_F(ExpireOrdersTest, DoesNothingWhileAnotherGatewayDoesIt) {
  orders_.Add(1, OrderState::kAccepted);
  orders_.locked = false;
  Run();
  EXPECT_THAT(orders_.asked, IsEmpty());
  EXPECT_TRUE(orders_.position.is_nil());
}

TEST_F(ExpireOrdersTest, WhatWentOnMeanwhileIsNotCounted) {
  orders_.Add(1, OrderState::kAccepted);
  orders_.Add(2, OrderState::kAccepted);
  orders_.answers = {EtagStale(OrderNumber(1)), absl::FailedPreconditionError("it is shipped")};
  Run();
  EXPECT_EQ(orders_.position, OrderNumber(2));
  orders_.found_cancelled = true;
  orders_.Add(3, OrderState::kAccepted);
  Run();
  EXPECT_EQ(orders_.position, OrderNumber(3));
  EXPECT_EQ(counters_.expired.Value(), 0);
  EXPECT_EQ(counters_.passed_over.Value(), 0);
}

TEST_F(ExpireOrdersTest, WhatMayWorkLaterIsTriedAgainAndNothingBehindItIsPassedOver) {
  for (std::uint32_t n = 1; n <= 3; ++n) orders_.Add(n, OrderState::kAccepted);
  for (const absl::Status& status : {absl::UnavailableError("locked"), absl::DeadlineExceededError("unknown"),
                                     absl::ResourceExhaustedError("disk")}) {
    orders_.position = domain::OrderId();
    orders_.answers = {absl::OkStatus(), status};
    ::testing::internal::CaptureStderr();
    Run();
    ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(orders_.position, OrderNumber(1)) << status;
  }
  Run();
  EXPECT_EQ(orders_.position, OrderNumber(3));
  EXPECT_EQ(counters_.passed_over.Value(), 0);
}

TEST_F(ExpireOrdersTest, ABrokenInvariantHoldsUpNoOtherOrder) {
  for (std::uint32_t n = 1; n <= 3; ++n) orders_.Add(n, OrderState::kAccepted);
  orders_.answers = {absl::OkStatus(), absl::InternalError("reserved is below zero")};
  ::testing::internal::CaptureStderr();
  Run();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::AllOf(HasSubstr("order_not_expired"), HasSubstr(OrderNumber(2).ToString())));
  EXPECT_EQ(orders_.position, OrderNumber(3));
  EXPECT_EQ(counters_.expired.Value(), 2);
  EXPECT_EQ(counters_.passed_over.Value(), 1);
}

TEST_F(ExpireOrdersTest, AStopIsHeededBetweenTwoOrders) {
  for (std::uint32_t n = 1; n <= 3; ++n) orders_.Add(n, OrderState::kAccepted);
  orders_.on_expire = [this] { stop_.request_stop(); };
  Run();
  EXPECT_THAT(orders_.Asked(), ElementsAre(OrderNumber(1)));
  EXPECT_EQ(orders_.position, OrderNumber(1));
}

TEST_F(ExpireOrdersTest, FailuresAreLoggedMoreAndMoreRarely) {
  orders_.due_failure = absl::UnavailableError("no database");
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 8; ++i) Run();
  const std::string log = ::testing::internal::GetCapturedStderr();
  int lines = 0;
  for (std::size_t at = log.find("expiry_failed"); at != std::string::npos; at = log.find("expiry_failed", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 4);  // the first, second, fourth and eighth
}

}  // namespace
}  // namespace ordermesh::gateway
