#include "libs/messaging/catalog_topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/order_topology.h"

namespace ordermesh::messaging {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;

TEST(CatalogTopologyTest, WhatIsPublishedToIsDeclaredWithItsDeadLetters) {
  EXPECT_THAT(CatalogTopics(), ElementsAre(Field("name", &kafka::TopicSpec::name, CatalogEvents().name),
                                           Field("name", &kafka::TopicSpec::name, kCatalogEventsDeadLetterTopic)));
}

TEST(CatalogTopologyTest, ItsRecordsAreKeptAsLongAsTheOrders) {
  EXPECT_EQ(CatalogEvents().retention, OrderEvents().retention);
}

}  // namespace
}  // namespace ordermesh::messaging
