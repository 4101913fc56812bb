#include "libs/api/refusals.h"

#include <gtest/gtest.h>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;

struct Case {
  const char* name;
  absl::Status status;
  const char* reason;
  const char* message;
  absl::Duration retry_after = absl::ZeroDuration();  // zero: none
};
class RefusalsTest : public ::testing::TestWithParam<Case> {};

TEST_P(RefusalsTest, SayReasonAndNextStep) {
  const domain::Refusal refusal = domain::RefusalOf(GetParam().status);
  EXPECT_EQ(refusal.reason, GetParam().reason);
  EXPECT_EQ(refusal.message, GetParam().message);
  EXPECT_EQ(refusal.retry_after.value_or(absl::ZeroDuration()), GetParam().retry_after);
  const domain::Reason* reason = domain::FindReason(refusal.reason);
  ASSERT_NE(reason, nullptr);
  EXPECT_EQ(refusal.code, reason->code) << "a reason has one code";
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusalsTest,
    ::testing::Values(
        Case{"NotFound", NotFound(reasons::kOrderNotFound, "Order", "7f"), "ORDER_NOT_FOUND",
             "Order 7f: there is none"},
        Case{"EtagStale", EtagStale("Order", "7f"), "ETAG_STALE",
             "Order 7f: it has changed since this etag was read; read it again"},
        Case{"KeyReused", IdempotencyKeyReused("an order"), "IDEMPOTENCY_KEY_REUSED",
             "request_id: it was used for an order with another payload; use a new one"},
        Case{"BatchSize", BatchSizeOutOfRange("ids", 0, 100), "BATCH_SIZE_OUT_OF_RANGE",
             "ids: 0 of them; must be 1 to 100"},
        Case{"TooBroad", FilterTooBroad("filter by customer"), "FILTER_TOO_BROAD",
             "too much would have to be looked at; filter by customer"},
        Case{"Overloaded", Overloaded("gateway", "9 orders are waiting already", absl::Seconds(3)), "OVERLOADED",
             "gateway: 9 orders are waiting already; nothing was done; retry", absl::Seconds(3)},
        Case{"Unavailable", Unavailable(reasons::kBrokerUnavailable, "kafka", "not reachable"), "BROKER_UNAVAILABLE",
             "kafka: not reachable; retry", kRetrySoon},
        Case{"Locked", Locked("database", "stock"), "LOCKED", "database: stock is locked by another transaction; retry",
             kRetrySoon},
        Case{"ShuttingDown", ShuttingDown(), "SHUTTING_DOWN", "this server is stopping; retry", kRetrySoon},
        Case{"DeadlinePassed", DeadlinePassed(), "DEADLINE_EXCEEDED",
             "the deadline passed before the answer was there"},
        Case{"CallerGone", CallerGone(), "CANCELLED", "the caller gave up"},
        Case{"OutcomeUnknown", OutcomeUnknown("database", "not reachable"), "DEADLINE_EXCEEDED",
             "database: lost during the commit (not reachable); whether it happened is not known: repeat with the same "
             "request id to learn it"}),
    [](const auto& test) { return test.param.name; });

TEST(NotFoundTest, NamesTheResource) {
  const domain::Refusal refusal = domain::RefusalOf(NotFound(reasons::kOrderNotFound, "Order", "7f"));
  EXPECT_EQ(refusal.resource_type, "Order");
  EXPECT_EQ(refusal.resource_name, "7f");
}

}  // namespace
}  // namespace ordermesh::api
