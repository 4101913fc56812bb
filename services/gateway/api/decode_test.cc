#include "services/gateway/api/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/rule_table.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::FakeCall;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using orders::v1::CreateOrderRequest;
using orders::v1::ListOrdersRequest;
using ::testing::HasSubstr;

class DecodeTest : public ::testing::Test {
 protected:
  static CreateOrderRequest ARequest() {
    CreateOrderRequest request;
    request.set_request_id("r-1");
    request.mutable_order()->set_customer_id("CUST-0001");
    auto& line = *request.mutable_order()->add_lines();
    line.set_sku("SKU-1");
    line.set_quantity(2);
    return request;
  }
  std::string ReasonOfOrder(const CreateOrderRequest& request) {
    return domain::RefusalOf(DecodeOrder(call_, request).status()).reason;
  }

  ordermesh::testing::FakeClock clock_;
  ordermesh::testing::ManualLane lane_{clock_};
  FakeCall call_{lane_};
};

TEST_F(DecodeTest, AnOrderHasItsCallerAndItsRequestId) {
  ASSERT_OK_AND_ASSIGN(domain::NewOrder order, DecodeOrder(call_, ARequest()));
  EXPECT_EQ(order.caller, "default");
  EXPECT_EQ(order.request_id, "r-1");
  EXPECT_EQ(order.customer_id, "CUST-0001");
  ASSERT_EQ(order.lines.size(), 1u);
  EXPECT_EQ(order.lines[0].sku, "SKU-1");
  EXPECT_EQ(order.lines[0].quantity, 2);

  call_.SetMetadata("x-ordermesh-caller", "shop-7");
  CreateOrderRequest request = ARequest();
  request.clear_request_id();
  EXPECT_EQ(DecodeOrder(call_, request)->caller, "shop-7");
  EXPECT_EQ(DecodeOrder(call_, request)->request_id, "");
  call_.SetMetadata("idempotency-key", "\"r-2\"");
  EXPECT_EQ(DecodeOrder(call_, request)->request_id, "r-2");
}

TEST_F(DecodeTest, ACallerIsUpTo128VisibleCharacters) {
  for (const std::string& caller : {std::string("a"), std::string(128, 'x'), std::string("~!")}) {
    call_.SetMetadata("x-ordermesh-caller", caller);
    EXPECT_THAT(CheckCaller(call_), IsOk()) << caller;
  }
  for (const std::string& caller : {std::string(129, 'x'), std::string("a b"), std::string("caf\xc3\xa9")}) {
    call_.SetMetadata("x-ordermesh-caller", caller);
    EXPECT_EQ(domain::RefusalOf(CheckCaller(call_)).reason, reasons::kCallerMalformed) << caller;
    EXPECT_EQ(ReasonOfOrder(ARequest()), reasons::kCallerMalformed);
    EXPECT_EQ(domain::RefusalOf(DecodeList(call_, {}).status()).reason, reasons::kCallerMalformed);
  }
}

TEST_F(DecodeTest, RequestIdsMustBeSoundAndAgree) {
  CreateOrderRequest request = ARequest();
  request.set_request_id("two words");
  EXPECT_EQ(ReasonOfOrder(request), reasons::kRequestIdMalformed);
  request.set_request_id("r-1");
  call_.SetMetadata("idempotency-key", "r-1");
  EXPECT_THAT(DecodeOrder(call_, request), IsOk());
  call_.SetMetadata("idempotency-key", "r-2");
  EXPECT_EQ(ReasonOfOrder(request), reasons::kRequestIdsDiffer);

  request.clear_request_id();
  call_.SetMetadata("idempotency-key", "r-1");
  call_.AddMetadata("idempotency-key", "r-2");
  EXPECT_EQ(ReasonOfOrder(request), reasons::kRequestIdsDiffer);
  call_.SetMetadata("idempotency-key", "");
  EXPECT_EQ(ReasonOfOrder(request), reasons::kRequestIdMalformed);
}

TEST_F(DecodeTest, AnOrderThatIsTooLargeToBeSentOnIsRefused) {
  CreateOrderRequest request = ARequest();
  orders::v1::Order& order = *request.mutable_order();
  order.set_note(std::string(kMaxOrderBytes - order.ByteSizeLong() - 4, 'x'));
  ASSERT_EQ(order.ByteSizeLong(), kMaxOrderBytes);
  EXPECT_THAT(DecodeOrder(call_, request), IsOk());
  order.set_note(order.note() + "x");
  EXPECT_EQ(ReasonOfOrder(request), reasons::kOrderTooLarge);
}

// The rule is the clearer answer, and needs no validator to be found broken.
TEST_F(DecodeTest, TooManyLinesAreToldAsTheRuleThatTheyBreak) {
  CreateOrderRequest request = ARequest();
  while (request.order().ByteSizeLong() <= kMaxOrderBytes) request.mutable_order()->add_lines()->set_sku("SKU-1");
  const domain::Refusal refusal = domain::RefusalOf(DecodeOrder(call_, request).status());
  EXPECT_EQ(refusal.reason, reasons::kOrderInvalid);
  ASSERT_EQ(refusal.violations.size(), 1u);
  EXPECT_EQ(refusal.violations[0].rule, domain::Describe(domain::Rule::kLinesTooMany).id);
  EXPECT_EQ(refusal.violations[0].field, "lines");
}

TEST_F(DecodeTest, AListIsTakenAsItWasAskedFor) {
  ListOrdersRequest request;
  ASSERT_OK_AND_ASSIGN(ListRequest everything, DecodeList(call_, request));
  EXPECT_EQ(everything.filter.caller, "default");
  EXPECT_EQ(everything.filter.state, domain::OrderState::kUnspecified);
  EXPECT_FALSE(everything.filter.created_from.has_value());
  EXPECT_FALSE(everything.filter.created_before.has_value());

  request.set_customer_id("CUST-0001");
  request.set_state(orders::v1::ORDER_STATE_CANCELLED);
  request.mutable_create_time_from()->set_nanos(1'000'000);
  request.mutable_create_time_before()->set_seconds(100);
  request.set_page_size(7);
  request.set_page_token("token");
  request.set_skip(3);
  request.set_show_total_size(true);
  ASSERT_OK_AND_ASSIGN(ListRequest list, DecodeList(call_, request));
  EXPECT_EQ(list.filter.customer_id, "CUST-0001");
  EXPECT_EQ(list.filter.state, domain::OrderState::kCancelled);
  EXPECT_EQ(list.filter.created_from, absl::FromUnixMillis(1));
  EXPECT_EQ(list.filter.created_before, absl::FromUnixSeconds(100));
  EXPECT_EQ(list.page_size, 7);
  EXPECT_EQ(list.page_token, "token");
  EXPECT_EQ(list.skip, 3);
  EXPECT_TRUE(list.show_total_size);
}

TEST_F(DecodeTest, AFilterThatMakesNoSenseIsNamed) {
  const struct {
    const char* field;
    std::function<void(ListOrdersRequest&)> spoil;
  } cases[] = {
      {"state", [](ListOrdersRequest& r) { r.set_state(static_cast<orders::v1::OrderState>(99)); }},
      {"create_time_from", [](ListOrdersRequest& r) { r.mutable_create_time_from()->set_nanos(-1); }},
      {"create_time_before", [](ListOrdersRequest& r) { r.mutable_create_time_before()->set_seconds(1LL << 60); }},
      {"create_time_before",
       [](ListOrdersRequest& r) {
         r.mutable_create_time_from()->set_seconds(5);
         r.mutable_create_time_before()->set_seconds(5);
       }},
  };
  for (const auto& c : cases) {
    ListOrdersRequest request;
    c.spoil(request);
    const absl::Status status = DecodeList(call_, request).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.field)));
    const domain::Refusal refusal = domain::RefusalOf(status);
    EXPECT_EQ(refusal.reason, reasons::kFilterMalformed);
    ASSERT_EQ(refusal.violations.size(), 1u);
    EXPECT_EQ(refusal.violations[0].field, c.field);
  }
}

TEST_F(DecodeTest, ACustomersIdThatNoneCanHaveIsNamed) {
  for (const std::string& id :
       {std::string("CUST\0", 5), std::string(1, '\0'), std::string(domain::kMaxCustomerIdBytes + 1, 'x')}) {
    ListOrdersRequest request;
    request.set_customer_id(id);
    const domain::Refusal refusal = domain::RefusalOf(DecodeList(call_, request).status());
    EXPECT_EQ(refusal.reason, reasons::kIdMalformed);
    ASSERT_EQ(refusal.violations.size(), 1u);
    EXPECT_EQ(refusal.violations[0].field, "customer_id");
  }
}

}  // namespace
}  // namespace ordermesh::gateway
