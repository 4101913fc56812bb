#include "libs/messaging/order_topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordermesh::messaging {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;

auto Named(const std::string& name) { return Contains(Field("name", &rabbitmq::ExchangeSpec::name, name)); }

TEST(OrderTopologyTest, EveryBindingIsBetweenWhatIsDeclared) {
  const rabbitmq::Topology topology = Notifications();
  for (const rabbitmq::Binding& binding : topology.bindings) {
    EXPECT_THAT(topology.exchanges, Named(binding.exchange));
    EXPECT_THAT(topology.queues, Contains(Field("name", &rabbitmq::QueueSpec::name, binding.queue)));
  }
}

// A dead-letter exchange that leads nowhere drops what it should keep.
TEST(OrderTopologyTest, DeadLettersLeadToAQueueThatIsDeclaredBeforeTheirs) {
  const rabbitmq::Topology topology = Notifications();
  ASSERT_EQ(topology.queues.size(), 2u);
  EXPECT_EQ(topology.queues.front().name, kNotificationsDeadLetters);
  EXPECT_THAT(topology.queues.back().text_arguments,
              Contains(::testing::Pair("x-dead-letter-exchange", kDeadLetterExchange)));
  EXPECT_EQ(topology.bindings.front().exchange, kDeadLetterExchange);
  EXPECT_EQ(topology.bindings.front().queue, kNotificationsDeadLetters);
}

TEST(OrderTopologyTest, WhatIsPublishedToIsWhatIsTakenFrom) {
  EXPECT_THAT(Notifications().exchanges, Named(OrdersExchange().name));
  EXPECT_THAT(OrderTopics(), ElementsAre(Field("name", &kafka::TopicSpec::name, OrderEvents().name),
                                         Field("name", &kafka::TopicSpec::name, kOrderEventsDeadLetterTopic)));
}

}  // namespace
}  // namespace ordermesh::messaging
