#include "services/relay/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "libs/messaging/catalog_topology.h"
#include "libs/testing/status_matchers.h"
#include "services/relay/testing/events.h"

namespace ordermesh::relay {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(FeedTest, EachHasAnOutboxOfItsOwnAndGoesSomewhere) {
  std::set<std::string> schemas, sources;
  for (const Feed& feed : Feeds()) {
    EXPECT_TRUE(schemas.insert(feed.schema).second) << feed.schema;
    EXPECT_TRUE(sources.insert(feed.source).second) << feed.source;
    EXPECT_THAT(feed.types, Not(IsEmpty())) << feed.schema;
    EXPECT_TRUE(feed.rabbitmq.has_value() || feed.kafka.has_value()) << feed.schema;
  }
}

TEST(FeedTest, TheCataloguesChangesGoToKafkaAloneAsTheyAre) {
  const std::vector<Feed> feeds = Feeds();
  const auto catalog =
      std::find_if(feeds.begin(), feeds.end(), [](const Feed& feed) { return feed.schema == "catalog"; });
  ASSERT_NE(catalog, feeds.end());
  EXPECT_FALSE(catalog->rabbitmq.has_value());
  ASSERT_TRUE(catalog->kafka.has_value());
  EXPECT_EQ(catalog->kafka->topic.name, messaging::kCatalogEventsTopic);
  Event event = AnEvent(1, 2);
  event.type = "ordermesh.catalog.customer_changed.v1";
  event.subject = "CUST-0001";
  wire::CloudEvent envelope;
  EXPECT_THAT(Encode(*catalog, catalog->kafka->encode, event, envelope), testing::IsOkAndHolds(event.payload));
  EXPECT_EQ(envelope.source, "/ordermesh/catalog");
  EXPECT_EQ(envelope.subject, "CUST-0001");
}

TEST(FeedTest, TheEnvelopeIsTheFeedsAndTheEvents) {
  const Feed feed = {.types = "ordermesh.order.", .source = "/somewhere"};
  const Event event = AnEvent(1, 2);
  wire::CloudEvent envelope;
  EXPECT_THAT(Encode(feed, EncodeAsItIs, event, envelope), testing::IsOkAndHolds(event.payload));
  EXPECT_EQ(envelope.id, event.id);
  EXPECT_EQ(envelope.type, event.type);
  EXPECT_EQ(envelope.subject, event.subject);
  EXPECT_EQ(envelope.source, "/somewhere");
  EXPECT_EQ(envelope.time, event.created_at);
  EXPECT_THAT(envelope.traceparent, HasSubstr("0af7651916cd43dd8448eb211c80319c"));
}

TEST(FeedTest, ATypeThatIsNoneOfItsOwnIsRefusedWithTheReason) {
  const Feed feed = {.schema = "parcels", .types = "parcel."};
  wire::CloudEvent envelope;
  EXPECT_THAT(
      Encode(feed, EncodeAsItIs, AnEvent(1, 2), envelope),
      testing::StatusIs(absl::StatusCode::kInvalidArgument, "no event of parcels is a ordermesh.order.accepted.v1"));
}

}  // namespace
}  // namespace ordermesh::relay
