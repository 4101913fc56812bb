#include "services/relay/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

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
