#include "libs/stream/kafka_dead_letters.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ordermesh::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(ToDeadLetterTest, CarriesTheRecordItsPlaceAndTheReason) {
  Record record;
  record.topic = "orders.events";
  record.partition = 2;
  record.offset = 77;
  record.key = "a key";
  record.value = "not an event";
  record.headers = {{"ce_id", "17"}, {"traceparent", "00-1-2-01"}};
  const kafka::Record dead = ToDeadLetter({&record, "id is malformed"}, "orders.events.dlt");
  EXPECT_EQ(dead.topic, "orders.events.dlt");
  EXPECT_EQ(dead.key, "a key");
  EXPECT_EQ(dead.value, "not an event");
  EXPECT_THAT(dead.headers, ElementsAre(Pair("ce_id", "17"), Pair("traceparent", "00-1-2-01"),
                                        Pair("original_topic", "orders.events"), Pair("original_partition", "2"),
                                        Pair("original_offset", "77"), Pair("reason", "id is malformed")));
}

}  // namespace
}  // namespace ordermesh::stream
