#include "libs/messaging/rabbitmq/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/rabbitmq/channel.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int kFrame = 8192;
constexpr std::int64_t kBody = 1000;

Message AMessage() { return {.exchange = "orders", .routing_key = "a.b", .message_id = "1", .body = "x"}; }

TEST(CheckFitsTest, TakesWhatFits) {
  Message message = AMessage();
  message.body.assign(kBody, 'b');
  message.routing_key.assign(255, 'k');
  message.headers = {{std::string(255, 'h'), std::string(1000, 'v')}};
  EXPECT_THAT(CheckFits(message, kFrame, kBody), IsOk());
}

TEST(CheckFitsTest, RefusesWhatAmqpCannotWrite) {
  const std::string longer(256, 'x');
  std::vector<std::pair<Message, const char*>> cases(7, {AMessage(), ""});
  cases[0].first.exchange = longer, cases[0].second = "exchange";
  cases[1].first.routing_key = longer, cases[1].second = "routing key";
  cases[2].first.message_id = longer, cases[2].second = "message id";
  cases[3].first.type = longer, cases[3].second = "type";
  cases[4].first.headers = {{longer, ""}}, cases[4].second = "header name";
  cases[5].first.headers = {{"h", std::string(kFrame, 'v')}}, cases[5].second = "headers of";
  cases[6].first.body.assign(kBody + 1, 'b'), cases[6].second = "body of 1001 bytes; at most 1000";
  for (const auto& [message, said] : cases) {
    EXPECT_THAT(CheckFits(message, kFrame, kBody), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(said)));
  }
}

TEST(BrokerLimitTest, ReadsTheLimitThatABrokerNames) {
  EXPECT_EQ(BrokerLimitIn("PRECONDITION_FAILED - message size 20 is larger than configured max size 1048576"), 1048576);
  EXPECT_EQ(BrokerLimitIn("message size 20 is larger than configured max size 10, sorry"), 10);
  EXPECT_EQ(BrokerLimitIn("inequivalent arg 'x-delivery-limit'"), 0);
  EXPECT_EQ(BrokerLimitIn("larger than configured max size "), 0);
  EXPECT_EQ(BrokerLimitIn(""), 0);
}

TEST(CloseStatusTest, SaysWhatTheCallerCanDo) {
  EXPECT_THAT(CloseStatus(404, "NOT_FOUND - no queue 'q'"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(CloseStatus(404, "NOT_FOUND - home node of queue is down or inaccessible"),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(CloseStatus(406, "PRECONDITION_FAILED - inequivalent arg"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("inequivalent arg")));
  EXPECT_THAT(CloseStatus(403, "ACCESS_REFUSED"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(CloseStatus(320, "CONNECTION_FORCED"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(CloseStatus(0, ""), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("closed")));
}

}  // namespace
}  // namespace ordermesh::rabbitmq
