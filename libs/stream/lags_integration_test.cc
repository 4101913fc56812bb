// The lag of a group that keeps its offsets in Kafka, as an outsider reads it.
#include "libs/stream/lags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/stream/record_source.h"
#include "libs/stream/testing/kafka_topic.h"
#include "libs/stream/testing/records.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

constexpr int kPartitions = 3;
constexpr absl::Duration kLook = absl::Seconds(20);

TEST(CommittedPositionsTest, AreWhatTheMembersCommittedAndMakeItsLags) {
  KafkaTopic topic(kPartitions);
  std::vector<Record> records;
  for (int i = 0; i < 60; ++i) records.push_back(RecordOf(absl::StrCat(i), absl::StrCat("key ", i % 17)));
  topic.Publish(records);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<kafka::Cluster> cluster, kafka::Cluster::Connect(topic.brokers(), "test"));
  const std::string group = topic.name();
  EXPECT_THAT(CommittedPositions(*cluster, group, topic.name(), kPartitions, kLook), IsOkAndHolds(IsEmpty()));

  ASSERT_OK_AND_ASSIGN(const base::Uuid last, base::Uuid::Parse("01a1fe53-4ede-766a-97d0-ffdf29570806"));
  const Position committed{.next_offset = 3, .last_record = last, .lost_records = 2};
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<RecordSource> member,
                       topic.Open({.start = [](const Partition&) { return 0; }, .revoked = [](const Partition&) {}}));
  WaitFor("the group's records", [&, got = std::size_t{0}]() mutable {
    const absl::StatusOr<std::vector<Record>> some = member->Poll(100, absl::Milliseconds(100));
    if (some.ok()) got += some->size();
    return got == records.size();
  });
  member->Commit({topic.name(), 1}, committed);
  member.reset();

  ASSERT_OK_AND_ASSIGN(const Positions positions,
                       CommittedPositions(*cluster, group, topic.name(), kPartitions, kLook));
  EXPECT_THAT(positions, ElementsAre(Pair(Partition{topic.name(), 1}, committed)));
  KafkaLogEnds ends(*cluster);
  ASSERT_OK_AND_ASSIGN(const std::vector<PartitionLag> lags, LagsOf(positions, ends, topic.name(), kPartitions, kLook));
  EXPECT_THAT(lags, ElementsAre(PartitionLag{{topic.name(), 0}, 0, topic.Range(0).next, 0},
                                PartitionLag{{topic.name(), 1}, 3, topic.Range(1).next, 2},
                                PartitionLag{{topic.name(), 2}, 0, topic.Range(2).next, 0}));
}

TEST(CommittedPositionsTest, SayThatTheBrokerIsAway) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<kafka::Cluster> cluster,
                       kafka::Cluster::Connect({.addresses = "127.0.0.1:1"}, "test"));
  EXPECT_THAT(CommittedPositions(*cluster, "group", "a.topic", kPartitions, absl::Seconds(1)),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace ordermesh::stream
