// Producer, consumer and admin against a real broker; it is killed and started again in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/kafka/producer.h"
#include "libs/messaging/kafka/topology.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::kafka {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr absl::Duration kLong = absl::Seconds(30);

class KafkaTest : public ::testing::Test {
 protected:
  KafkaTest()
      : brokers_{.addresses = Stack::Variable("KAFKA_BROKERS")}, producer_({.brokers = brokers_, .client_id = "test"}) {
    static int number = 0;
    topic_ = absl::StrCat("test.", getpid(), ".", ++number);
    starts_ = [](const std::string&, std::int32_t) { return Consumer::kBeginning; };
  }

  void Create(int partitions = 3, messaging::Headers config = {}) {
    ASSERT_THAT(
        EnsureTopics(brokers_, {{.name = topic_, .partitions = partitions, .config = std::move(config)}}, kLong),
        IsOk());
  }
  Record ARecord(int number) const {
    return {topic_, absl::StrCat("key-", number), absl::StrCat("value-", number), {{"ce_id", absl::StrCat(number)}}};
  }
  std::vector<Record> Records(int count, int from = 0) const {
    std::vector<Record> records;
    for (int i = 0; i < count; ++i) records.push_back(ARecord(from + i));
    return records;
  }
  std::unique_ptr<Consumer> MakeConsumer(const std::string& group) {
    absl::StatusOr<std::unique_ptr<Consumer>> consumer = Consumer::Create(
        {.brokers = brokers_,
         .group = group,
         .client_id = "test",
         .topics = {topic_},
         .session_timeout = absl::Seconds(6)},
        [this](const std::string& topic, std::int32_t partition) { return starts_(topic, partition); },
        [this](const std::string&, std::int32_t partition) { revoked_.push_back(partition); });
    EXPECT_THAT(consumer, IsOk());
    return *std::move(consumer);
  }
  // Polls until `count` records came; errors on the way are left to pass.
  std::vector<ReceivedRecord> PollAll(Consumer& consumer, std::size_t count) {
    std::vector<ReceivedRecord> all;
    const absl::Time deadline = absl::Now() + kLong;
    while (all.size() < count && absl::Now() < deadline) {
      absl::StatusOr<std::vector<ReceivedRecord>> some = consumer.Poll(1000, absl::Milliseconds(200));
      if (!some.ok()) continue;
      for (ReceivedRecord& record : *some) all.push_back(std::move(record));
    }
    return all;
  }
  template <class Done>
  void PollUntil(Consumer& consumer, Done done) {
    const absl::Time deadline = absl::Now() + kLong;
    while (!done(consumer.Poll(100, absl::Milliseconds(100))) && absl::Now() < deadline) {
    }
  }

  const Brokers brokers_;
  std::string topic_;
  Producer producer_;
  Consumer::Start starts_;
  std::vector<int> revoked_;
};

TEST_F(KafkaTest, WhatIsStoredIsReadWithKeyAndHeaders) {
  Create();
  Producer::Report report = producer_.Publish(Records(100), kLong);
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, Each(Producer::Outcome::kStored));
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  std::vector<ReceivedRecord> records = PollAll(*consumer, 100);
  ASSERT_THAT(records, SizeIs(100));
  std::set<std::string> keys;
  for (const ReceivedRecord& record : records) {
    keys.insert(record.key);
    EXPECT_EQ(record.key, absl::StrCat("key-", record.header("ce_id")));
    EXPECT_EQ(record.value, absl::StrCat("value-", record.header("ce_id")));
    EXPECT_LT(absl::AbsDuration(record.timestamp - absl::Now()), absl::Minutes(5));
  }
  EXPECT_THAT(keys, SizeIs(100));
  EXPECT_EQ(records[0].header("none"), "");
}

TEST_F(KafkaTest, APollEndsWhereItsBytesEnd) {
  Create();
  std::vector<Record> large = Records(30);
  for (Record& record : large) record.value = std::string(500'000, 'x');
  ASSERT_THAT(producer_.Publish(large, kLong).status, IsOk());
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  std::size_t came = 0, most = 0;
  PollUntil(*consumer, [&](const absl::StatusOr<std::vector<ReceivedRecord>>& some) {
    if (some.ok()) came += some->size(), most = std::max(most, some->size());
    return came == 30;
  });
  EXPECT_EQ(came, 30u);
  EXPECT_LE(most, 9u);  // 4 MiB, and what is more with the last
}

TEST_F(KafkaTest, KeysGoWhereJavaClientsPutThem) {
  Create(3);
  // (murmur2(key) & 0x7fffffff) % 3, as org.apache.kafka.clients.producer does.
  ASSERT_THAT(producer_.Publish({{topic_, "21", "v", {}}, {topic_, "foobar", "v", {}}}, kLong).status, IsOk());
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  std::vector<ReceivedRecord> records = PollAll(*consumer, 2);
  ASSERT_THAT(records, SizeIs(2));
  for (const ReceivedRecord& record : records) {
    // Kafka's UtilsTest: murmur2("21") = -973932308, murmur2("foobar") = -790332482.
    const std::int32_t hash = record.key == "21" ? -973932308 : -790332482;
    EXPECT_EQ(record.partition, (hash & 0x7fffffff) % 3) << record.key;
  }
}

TEST_F(KafkaTest, WhatIsTooLargeIsRefusedAndItsNeighboursAreStored) {
  Create();
  std::vector<Record> records = Records(3);
  records[1].value.assign(2'000'000, 'x');
  Producer::Report report = producer_.Publish(records, kLong);
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes,
              ElementsAre(Producer::Outcome::kStored, Producer::Outcome::kRefused, Producer::Outcome::kStored));
  EXPECT_THAT(report.reasons[1], HasSubstr("too large"));
  EXPECT_EQ(producer_.restarts(), 0);
}

TEST_F(KafkaTest, WhatOnlyTheBrokerFindsTooLargeIsFoundOneByOne) {
  Create(1, {{"max.message.bytes", "2000"}});
  std::vector<Record> records = Records(3);
  std::minstd_rand random;
  for (int i = 0; i < 5000; ++i) records[1].value.push_back(static_cast<char>(random() >> 8));  // won't shrink
  Producer::Report report = producer_.Publish(records, kLong);
  EXPECT_FALSE(report.status.ok()) << "nobody knows yet which";
  EXPECT_EQ(producer_.restarts(), 1);
  report = producer_.Publish(records, kLong);
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes,
              ElementsAre(Producer::Outcome::kStored, Producer::Outcome::kRefused, Producer::Outcome::kStored));
  EXPECT_THAT(producer_.Publish(Records(10), kLong).status, IsOk()) << "and then together again";
}

TEST_F(KafkaTest, AnUnknownTopicStaysUnknown) {
  Producer::Report report = producer_.Publish(Records(1), absl::Seconds(2));
  EXPECT_FALSE(report.status.ok());
  EXPECT_THAT(report.outcomes, ElementsAre(Producer::Outcome::kUnknown));
  EXPECT_THAT(PartitionCount(brokers_, topic_, kLong), StatusIs(absl::StatusCode::kNotFound)) << "asking created it";
}

TEST_F(KafkaTest, ConsumersGoOnWhereTheCallerSays) {
  Create(1);
  ASSERT_THAT(producer_.Publish(Records(10), kLong).status, IsOk());
  starts_ = [](const std::string&, std::int32_t) { return 7; };
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  std::vector<ReceivedRecord> records = PollAll(*consumer, 3);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].offset, 7);
  ASSERT_THAT(consumer->Seek(topic_, 0, 2), IsOk());
  records = PollAll(*consumer, 8);
  ASSERT_THAT(records, SizeIs(8));
  EXPECT_EQ(records[0].offset, 2);
  ASSERT_THAT(consumer->Seek(topic_, 0, 9), IsOk());
  records = PollAll(*consumer, 1);
  EXPECT_EQ(records.at(0).offset, 9);
  EXPECT_THAT(consumer->Seek(topic_, 5, 0), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(KafkaTest, WhileTheStartFailsNothingIsReadAndThenAll) {
  Create(1);
  ASSERT_THAT(producer_.Publish(Records(5), kLong).status, IsOk());
  int asked = 0;
  starts_ = [&](const std::string&, std::int32_t) -> absl::StatusOr<std::int64_t> {
    if (++asked < 3) return absl::UnavailableError("database away");
    return Consumer::kBeginning;
  };
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  absl::Status seen;
  PollUntil(*consumer, [&](const auto& polled) { return !(seen = polled.status()).ok(); });
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("database away")));
  EXPECT_THAT(PollAll(*consumer, 5), SizeIs(5));
  EXPECT_EQ(asked, 3);
}

TEST_F(KafkaTest, ReadAtAndWatermarksAreOutsideOfTheGroup) {
  Create(1);
  ASSERT_THAT(producer_.Publish(Records(10), kLong).status, IsOk());
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  EXPECT_THAT(consumer->Watermarks(topic_, 0, kLong), IsOkAndHolds(::testing::Pair(0, 10)));
  absl::StatusOr<std::vector<ReceivedRecord>> records = consumer->ReadAt(topic_, 0, 4, 2, kLong);
  ASSERT_THAT(records, IsOkAndHolds(SizeIs(2)));
  EXPECT_EQ((*records)[0].offset, 4);
  EXPECT_EQ((*records)[0].header("ce_id"), "4");
  EXPECT_THAT(consumer->ReadAt(topic_, 0, 8, 5, kLong), IsOkAndHolds(SizeIs(2))) << "the log ends";
  EXPECT_THAT(consumer->ReadAt(topic_, 0, 10, 1, kLong), IsOkAndHolds(SizeIs(0)));
  EXPECT_THAT(consumer->ReadAt(topic_, 0, -1, 1, kLong), IsOkAndHolds(SizeIs(0))) << "it begins later";
  EXPECT_THAT(PollAll(*consumer, 10), SizeIs(10));
}

TEST_F(KafkaTest, ASecondMemberTakesItsShareAndGivesItBack) {
  Create(3);
  ASSERT_THAT(producer_.Publish(Records(30), kLong).status, IsOk());
  std::unique_ptr<Consumer> first = MakeConsumer(topic_);
  ASSERT_THAT(PollAll(*first, 30), SizeIs(30));
  EXPECT_THAT(first->Assignment(), SizeIs(3));
  std::unique_ptr<Consumer> second = MakeConsumer(topic_);
  const absl::Time deadline = absl::Now() + kLong;
  while (first->Assignment().size() + second->Assignment().size() != 3 || second->Assignment().empty()) {
    ASSERT_LT(absl::Now(), deadline);
    first->Poll(10, absl::Milliseconds(50)).IgnoreError();
    second->Poll(10, absl::Milliseconds(50)).IgnoreError();
  }
  EXPECT_THAT(revoked_, SizeIs(3)) << "eager: all are given back first";
  second.reset();
  PollUntil(*first, [&](const auto&) { return first->Assignment().size() == 3; });
  EXPECT_THAT(first->Assignment(), SizeIs(3));
  first->Commit(topic_, 0, 5);
}

TEST_F(KafkaTest, TheGroupRemembersWhatWasCommittedLast) {
  Create(1);
  auto committed = [&](Consumer& consumer) {
    absl::StatusOr<std::optional<CommittedOffset>> offset = consumer.Committed(topic_, 0, kLong);
    EXPECT_THAT(offset, IsOk());
    return offset.ok() ? *offset : std::nullopt;
  };
  {
    std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
    PollUntil(*consumer, [&](const auto&) { return consumer->Assignment().size() == 1; });
    EXPECT_FALSE(committed(*consumer).has_value());
    consumer->Commit(topic_, 0, 5, "all was well");
    consumer->Commit(topic_, 0, 7);
    consumer->Commit(topic_, 0, 3, "and back");
  }
  std::unique_ptr<Consumer> next = MakeConsumer(topic_);
  ASSERT_TRUE(committed(*next).has_value());
  EXPECT_EQ(committed(*next)->next_offset, 3);
  EXPECT_EQ(committed(*next)->metadata, "and back");
}

TEST_F(KafkaTest, WhatAGroupRemembersIsToldToOutsiders) {
  Create(3);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Cluster> cluster, Cluster::Connect(brokers_, "test"));
  using All = std::vector<std::optional<CommittedOffset>>;
  ASSERT_OK_AND_ASSIGN(const All nobodys, cluster->Committed(absl::StrCat(topic_, ".nobody"), topic_, 3, kLong));
  EXPECT_THAT(nobodys, ElementsAre(std::nullopt, std::nullopt, std::nullopt));
  {
    std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
    PollUntil(*consumer, [&](const auto&) { return consumer->Assignment().size() == 3; });
    consumer->Commit(topic_, 0, 5);
    consumer->Commit(topic_, 2, 7, "all was well");
  }
  ASSERT_OK_AND_ASSIGN(const All all, cluster->Committed(topic_, topic_, 3, kLong));
  EXPECT_THAT(all, ElementsAre(CommittedOffset{5, ""}, std::nullopt, CommittedOffset{7, "all was well"}));
}

// More members than partitions: those that got none must answer the group all the same, or they hold up each rebalance
// for the longest time between two polls, and never take over.
TEST_F(KafkaTest, AMemberWithoutPartitionsTakesOver) {
  Create(1);
  std::vector<std::unique_ptr<Consumer>> members;
  for (int i = 0; i < 3; ++i) members.push_back(MakeConsumer(topic_));
  const auto owners = [&] {
    return std::count_if(members.begin(), members.end(),
                         [](const auto& member) { return !member->Assignment().empty(); });
  };
  int number = 0;
  while (!members.empty()) {
    ASSERT_THAT(producer_.Publish({ARecord(number)}, kLong).status, IsOk());
    starts_ = [number](const std::string&, std::int32_t) { return number; };
    bool came = false;
    for (const absl::Time deadline = absl::Now() + kLong; !came && absl::Now() < deadline;) {
      for (const std::unique_ptr<Consumer>& member : members) {
        absl::StatusOr<std::vector<ReceivedRecord>> records = member->Poll(10, absl::Milliseconds(20));
        came = came || (records.ok() && !records->empty());
      }
    }
    ASSERT_TRUE(came) << members.size() << " members are left";
    EXPECT_EQ(owners(), 1);
    // The owner leaves.
    std::erase_if(members, [](const auto& member) { return !member->Assignment().empty(); });
    ++number;
  }
  EXPECT_EQ(number, 3);
}

TEST_F(KafkaTest, ASubscriptionToNothingSaysSo) {
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  absl::Status seen;
  PollUntil(*consumer, [&](const auto& polled) { return !(seen = polled.status()).ok(); });
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(KafkaTest, TopicsAreCreatedOnceAndTheirDifferenceIsNamed) {
  Create(3);
  Create(3);
  EXPECT_THAT(PartitionCount(brokers_, topic_, kLong), IsOkAndHolds(3));
  EXPECT_THAT(EnsureTopics(brokers_, {{topic_, 4}}, kLong),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has 3 partitions, not 4")));
  EXPECT_THAT(EnsureTopics(brokers_, {{absl::StrCat(topic_, ".x")}}, kLong, /*replication=*/7),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(EnsureTopics(brokers_, {{"not a name"}}, kLong), ::testing::Not(IsOk()));
}

TEST_F(KafkaTest, TopologyIsDeclaredAndChecked) {
  absl::StatusOr<std::unique_ptr<Cluster>> cluster = Cluster::Connect(brokers_, "test");
  ASSERT_THAT(cluster, IsOk());
  const std::vector<TopicSpec> part = {{topic_}}, all = {{topic_}, {absl::StrCat(topic_, ".dlt"), 2}};
  EXPECT_THAT(CheckTopology(**cluster, all, kLong),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(topic_ + " is missing; run ordermesh-migrate")));
  ASSERT_THAT(EnsureTopics(brokers_, part, kLong), IsOk());
  EXPECT_THAT(CheckTopology(**cluster, part, kLong), IsOk()) << "who uses no other needs no other";
  EXPECT_THAT(CheckTopology(**cluster, all, kLong),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(".dlt is missing")));
  ASSERT_THAT(EnsureTopics(brokers_, all, kLong), IsOk());
  EXPECT_THAT(CheckTopology(**cluster, all, kLong), IsOk());
  EXPECT_THAT(CheckTopology(**cluster, {{topic_, 4}}, kLong),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("has 3 partitions, not 4")));
}

TEST_F(KafkaTest, NobodyThereIsUnavailableInTime) {
  const absl::Time began = absl::Now();
  EXPECT_THAT(PartitionCount({.addresses = "127.0.0.1:1"}, topic_, absl::Seconds(1)),
              StatusIs(absl::StatusCode::kUnavailable));
  Producer producer({.brokers = {.addresses = "127.0.0.1:1"}, .client_id = "test"});
  EXPECT_THAT(producer.Publish(Records(1), absl::Seconds(1)).status, ::testing::Not(IsOk()));
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Cluster> cluster, Cluster::Connect({.addresses = "127.0.0.1:1"}, "test"));
  EXPECT_THAT(cluster->Committed("group", topic_, 1, absl::Seconds(1)).status(),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_LT(absl::Now() - began, kLong);
  EXPECT_THAT(Cluster::Connect({.addresses = ""}, "test"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(KafkaTest, ABrokerKilledInTheMiddleLosesNothingStored) {
  Create(3);
  std::unique_ptr<Consumer> consumer = MakeConsumer(topic_);
  std::jthread killer;
  std::set<std::string> stored;
  int next = 0;
  Producer::Report report;
  const auto publish = [&](absl::Duration timeout) {
    const std::vector<Record> records = Records(200, next);
    next += 200;
    report = producer_.Publish(records, timeout);
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (report.outcomes[i] == Producer::Outcome::kStored) stored.insert(records[i].key);
    }
  };
  do {
    publish(absl::Seconds(2));
    if (!killer.joinable()) killer = std::jthread([] { Stack::Kill("kafka"); });
  } while (report.status.ok());
  EXPECT_THAT(report.outcomes, ::testing::Contains(Producer::Outcome::kUnknown));
  EXPECT_GE(producer_.restarts(), 1);
  killer.join();
  absl::Status seen;
  PollUntil(*consumer, [&](const auto& polled) { return !(seen = polled.status()).ok(); });
  EXPECT_THAT(seen, StatusIs(absl::StatusCode::kUnavailable));
  Stack::Start("kafka");
  const absl::Time deadline = absl::Now() + kLong;
  do publish(absl::Seconds(5));
  while (!report.status.ok() && absl::Now() < deadline);
  ASSERT_THAT(report.status, IsOk());
  std::set<std::string> read;
  while (!std::includes(read.begin(), read.end(), stored.begin(), stored.end()) && absl::Now() < deadline) {
    absl::StatusOr<std::vector<ReceivedRecord>> some = consumer->Poll(1000, absl::Milliseconds(200));
    if (!some.ok()) continue;
    for (const ReceivedRecord& record : *some) read.insert(record.key);
  }
  EXPECT_TRUE(std::includes(read.begin(), read.end(), stored.begin(), stored.end()));
}

}  // namespace
}  // namespace ordermesh::kafka
