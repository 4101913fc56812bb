// A connection to a real broker, with a queue of its own, for tests.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::rabbitmq {

inline constexpr absl::Duration kLong = absl::Seconds(10);

class BrokerTest : public ::testing::Test {
 protected:
  BrokerTest() : connection_(Options()) {
    static int number = 0;
    queue_ = absl::StrCat("test.", getpid(), ".", ++number);
  }

  // The commands of tools/stack may take long, and the connection is not served meanwhile.
  static ConnectionOptions Options(absl::Duration heartbeat = absl::Minutes(5)) {
    return {.broker = {.url = testing::Stack::Variable("AMQP_URL")}, .name = "connection-test", .heartbeat = heartbeat};
  }
  // A quorum queue of its own, bound to the exchange that carries its name.
  void DeclareQueue(int delivery_limit = 3) {
    ASSERT_THAT(connection_.DeclareExchange(queue_, "topic"), testing::IsOk());
    ASSERT_THAT(connection_.DeclareExchange(Dead(), "fanout"), testing::IsOk());
    ASSERT_THAT(connection_.DeclareQueue(Spec(delivery_limit)), testing::IsOk());
    ASSERT_THAT(connection_.DeclareQueue({.name = Dead(), .text_arguments = {{"x-queue-type", "quorum"}}}),
                testing::IsOk());
    ASSERT_THAT(connection_.BindQueue(Dead(), Dead(), ""), testing::IsOk());
    ASSERT_THAT(connection_.BindQueue(queue_, queue_, "order.#"), testing::IsOk());
  }
  QueueSpec Spec(int delivery_limit) const {
    return {.name = queue_,
            .text_arguments = {{"x-queue-type", "quorum"}, {"x-dead-letter-exchange", Dead()}},
            .int_arguments = {{"x-delivery-limit", delivery_limit}}};
  }
  std::string Dead() const { return absl::StrCat(queue_, ".dead"); }
  Message AMessage(int number, const std::string& key = "order.accepted") const {
    return {.exchange = queue_,
            .routing_key = key,
            .message_id = absl::StrCat("id-", number),
            .type = key,
            .content_type = "application/json",
            .headers = {{"traceparent", "00-1"}},
            .body = absl::StrCat("body-", number)};
  }
  std::vector<Message> Messages(int count) const {
    std::vector<Message> messages;
    messages.reserve(count);
    for (int i = 0; i < count; ++i) messages.push_back(AMessage(i));
    return messages;
  }
  PublishReport Publish(const std::vector<Message>& messages, int window = 256) {
    return connection_.Publish(messages, window, kLong);
  }
  std::vector<Delivery> ReceiveAll(Connection& connection, std::size_t count) {
    std::vector<Delivery> all;
    const absl::Time deadline = absl::Now() + kLong;
    while (all.size() < count && absl::Now() < deadline) {
      absl::StatusOr<std::vector<Delivery>> some = connection.Receive(100, absl::Seconds(1));
      if (!some.ok()) ADD_FAILURE() << some.status();
      if (!some.ok()) return all;
      for (Delivery& delivery : *some) all.push_back(std::move(delivery));
    }
    return all;
  }

  std::string queue_;
  Connection connection_;
};

}  // namespace ordermesh::rabbitmq
