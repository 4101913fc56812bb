// Counting, with real Kafka and PostgreSQL.
#include <atomic>
#include <random>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "tests/integration/analytics/world.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::IsOk;
using ::testing::HasSubstr;

class ConsumeTest : public ConsumeWorld {};

TEST_F(ConsumeTest, CountsEveryEventOfEveryPartitionOnce) {
  const std::vector<SaleEvent> events = RandomEvents(3000);
  PublishEvents(events);
  auto member = Join();
  WaitUntilCounted();
  ExpectRollupsOf(events);
  EXPECT_EQ(member->metrics().consumer.assigned.Value(), 3);
  EXPECT_GT(End(0), 0);
  EXPECT_GT(End(1), 0);
  EXPECT_GT(End(2), 0);
}

TEST_F(ConsumeTest, AnIdleConsumerCountsAnOrderWithinASecond) {
  auto member = Join();
  std::vector<SaleEvent> events = {AnAcceptedOrder()};
  PublishEvents(events);
  WaitUntilCounted();
  absl::Duration longest;
  for (int i = 0; i < 10; ++i) {
    events.push_back(AnAcceptedOrder());
    const absl::Time begin = absl::Now();
    PublishEvents({events.back()});
    WaitFor("the order counted", [&] {
      return Number("SELECT coalesce(sum(orders), 0)::bigint FROM analytics.order_totals") ==
             static_cast<std::int64_t>(events.size());
    });
    longest = std::max(longest, absl::Now() - begin);
  }
  RecordProperty("longest_ms", static_cast<int>(absl::ToInt64Milliseconds(longest)));
  EXPECT_LT(longest, absl::Seconds(1));
}

TEST_F(ConsumeTest, EventsPublishedTwiceAreCountedOnce) {
  const std::vector<SaleEvent> events = RandomEvents(500);
  PublishEvents(events);
  PublishEvents(events);
  auto member = Join();
  WaitUntilCounted();
  ExpectRollupsOf(events);
  // Told a moment after the commit.
  WaitFor("repeats told", [&] { return member->metrics().repeats.Value() == static_cast<double>(events.size()); });
}

TEST_F(ConsumeTest, ReadingFromTheStartLeavesTheRollupsUnchanged) {
  const std::vector<SaleEvent> events = RandomEvents(1000);
  PublishEvents(events);
  {
    auto member = Join();
    WaitUntilCounted();
  }
  const std::string before = Rollups();
  ASSERT_THAT(database_->admin().Run("UPDATE analytics.offsets SET next_offset = 0, last_event_id = NULL"), IsOk());
  auto member = Join();
  WaitUntilCounted();
  EXPECT_EQ(Rollups(), before);
  // Told a moment after the commit.
  WaitFor("repeats told", [&] { return member->metrics().repeats.Value() == static_cast<double>(events.size()); });
}

TEST_F(ConsumeTest, ACancellationBeforeItsOrderGivesTheSameFigures) {
  const SaleEvent order = AnAcceptedOrder(1, 4);
  const SaleEvent cancellation = CancellationOf(order);
  auto member = Join();
  PublishEvents({cancellation});
  WaitUntilCounted();
  ExpectRollupsOf({cancellation});
  PublishEvents({order});
  WaitUntilCounted();
  ExpectRollupsOf({cancellation, order});
}

TEST_F(ConsumeTest, MembersThatComeAndGoCountEverythingOnce) {
  std::vector<SaleEvent> events = RandomEvents(6000);
  std::atomic<bool> published = false;
  std::jthread publisher([&] {
    for (std::size_t at = 0; at < events.size(); at += 50) {
      PublishEvents({events.begin() + at, events.begin() + std::min(at + 50, events.size())});
    }
    published = true;
  });
  auto counted = [&] { return Number("SELECT count(*) FROM analytics.seen_events"); };
  auto wait_for_progress = [&] {
    const std::int64_t target = std::min<std::int64_t>(counted() + 300, static_cast<std::int64_t>(events.size()));
    WaitFor("progress", [&] { return counted() >= target; });
  };
  auto one = Join();
  wait_for_progress();
  auto two = Join();
  auto three = Join();
  WaitFor("a partition for each", [&] {
    return one->metrics().consumer.assigned.Value() == 1 && two->metrics().consumer.assigned.Value() == 1 &&
           three->metrics().consumer.assigned.Value() == 1;
  });
  wait_for_progress();
  one.reset();
  WaitFor("two for one of them",
          [&] { return two->metrics().consumer.assigned.Value() + three->metrics().consumer.assigned.Value() == 3; });
  wait_for_progress();
  two.reset();
  WaitFor("three for the last", [&] { return three->metrics().consumer.assigned.Value() == 3; });
  publisher.join();
  WaitUntilCounted();
  ExpectRollupsOf(events);
}

TEST_F(ConsumeTest, BuriesPoisonAndGoesOn) {
  const std::vector<SaleEvent> events = RandomEvents(200);
  std::vector<Record> records;
  int poison = 0;
  for (const SaleEvent& event : events) {
    records.push_back(RecordOf(event));
    const std::size_t at = records.size();
    if (at % 40 == 0) records.push_back(Garbage(++poison));
    if (at % 40 == 10) records.push_back(WithHeader(RecordOf(AnAcceptedOrder()), "ce_id", "x")), ++poison;
    if (at % 40 == 20) {
      Record truncated = RecordOf(AnAcceptedOrder());
      truncated.value.resize(truncated.value.size() / 2);
      records.push_back(std::move(truncated));
      ++poison;
    }
    if (at % 40 == 30) {
      records.push_back(RecordOf(AnUncountableOrder()));
      ++poison;
    }
  }
  Publish(records);
  auto member = Join();
  WaitUntilCounted();
  ExpectRollupsOf(events);
  ASSERT_GT(poison, 10);
  const std::vector<Record> letters = topic_.DeadLetterRecords(static_cast<std::size_t>(poison));
  ASSERT_EQ(letters.size(), static_cast<std::size_t>(poison));
  EXPECT_EQ(member->metrics().consumer.dead_letters.Value(), poison);
  int refused = 0;
  for (const Record& letter : letters) {
    EXPECT_EQ(letter.header("original_topic"), topic_.name());
    EXPECT_FALSE(letter.header("original_partition").empty());
    EXPECT_FALSE(letter.header("original_offset").empty());
    EXPECT_FALSE(letter.header("reason").empty());
    refused += letter.header("reason").find("can't be counted") != absl::string_view::npos;
  }
  EXPECT_GT(refused, 0);
}

TEST_F(ConsumeTest, ATopicMadeAnewWhileNobodyReadIsCountedFromItsStart) {
  std::vector<SaleEvent> events = RandomEvents(300);
  PublishEvents(events);
  {
    auto member = Join();
    WaitUntilCounted();
  }
  MakeTopicAnew();
  // More than before, so that the old offsets lie within the new log; and among them some that were counted before.
  const std::vector<SaleEvent> more = RandomEvents(900);
  PublishEvents({events.begin(), events.begin() + 50});
  PublishEvents(more);
  auto member = Join();
  WaitUntilCounted();
  events.insert(events.end(), more.begin(), more.end());
  ExpectRollupsOf(events);
  EXPECT_EQ(member->metrics().consumer.log_resets.Value(), 3);
  WaitFor("repeats told", [&] { return member->metrics().repeats.Value() == 50; });
}

TEST_F(ConsumeTest, ATopicMadeAnewUnderARunningConsumerIsCountedFromItsStart) {
  std::vector<SaleEvent> events = RandomEvents(300);
  PublishEvents(events);
  auto member = Join();
  WaitUntilCounted();
  MakeTopicAnew();
  const std::vector<SaleEvent> more = RandomEvents(30);
  PublishEvents(more);
  WaitUntilCounted();
  events.insert(events.end(), more.begin(), more.end());
  ExpectRollupsOf(events);
}

TEST_F(ConsumeTest, RecordsThatWereDroppedBeforeTheyWereCountedRaiseTheAlarm) {
  std::vector<SaleEvent> events = RandomEvents(100);
  PublishEvents(events);
  {
    auto member = Join();
    WaitUntilCounted();
  }
  const std::int64_t counted = End(0);
  PublishEvents(RandomEvents(200));
  const std::int64_t end = End(0);
  ASSERT_GT(end, counted + 2);
  DropRecordsBefore(0, end - 1);
  auto member = Join();
  WaitUntilCounted();
  EXPECT_EQ(Number("SELECT lost_records FROM analytics.offsets WHERE partition = 0"), end - 1 - counted);
  EXPECT_EQ(Number("SELECT sum(lost_records)::bigint FROM analytics.offsets"), end - 1 - counted);
}

// The log's head is deleted while a consumer lags behind it with all that it may hold in memory.
TEST_F(ConsumeTest, ALogThatIsCutOffUnderALaggingConsumerIsGoneOnWith) {
  auto member = Join();
  PublishEvents(RandomEvents(20));
  WaitUntilCounted();
  ASSERT_THAT(database_->admin().Begin(), IsOk());
  ASSERT_THAT(database_->admin().Run("LOCK TABLE analytics.offsets IN ACCESS EXCLUSIVE MODE"), IsOk());
  // All in one partition, and more than a consumer fetches ahead: in texts that don't compress, since what it fetches
  // is bounded as it is sent.
  SaleEvent large = AnAcceptedOrder();
  large.lines.assign(100, large.lines[0]);
  std::vector<Record> records;
  std::minstd_rand random(1);
  for (int i = 0; i < 1500; ++i) {
    large.event_id = NewEventId();
    for (SaleLine& line : large.lines) {
      line.sku.resize(200);
      for (char& letter : line.sku) letter = static_cast<char>('0' + random() % 75);
    }
    records.push_back(RecordOf(large));
    records.back().key = "one";
  }
  std::vector<std::int64_t> ends;
  for (int partition = 0; partition < 3; ++partition) ends.push_back(End(partition));
  Publish(records);
  WaitFor("memory full", [&] { return member->metrics().consumer.taken.Value() == 300; });
  std::int64_t end = 0;
  for (int partition = 0; partition < 3; ++partition) {
    if (End(partition) == ends[static_cast<std::size_t>(partition)]) continue;
    end = End(partition);
    DropRecordsBefore(partition, end - 1);
  }
  ASSERT_GT(end, 0);
  ASSERT_THAT(database_->admin().Rollback(), IsOk());
  WaitUntilCounted();
  EXPECT_GT(Number("SELECT sum(lost_records)::bigint FROM analytics.offsets"), 0);
  PublishEvents(RandomEvents(500));
  WaitUntilCounted();
  WaitFor("nothing held", [&] { return member->metrics().consumer.taken.Value() == 0; });
}

// Sessions that end in the middle of transactions, again and again.
TEST_F(ConsumeTest, LosesNothingWhenItsSessionsAreEnded) {
  const std::vector<SaleEvent> events = RandomEvents(4000);
  PublishEvents(events);
  std::jthread nemesis([&](std::stop_token stop) {
    postgres::Connection db({.url = database_->url()});
    while (!stop.stop_requested()) {
      db.Run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'ordermesh_analytics' AND datname "
            "= current_database()")
          .IgnoreError();
      base::SystemTimer().SleepFor(absl::Milliseconds(100), stop);
    }
  });
  auto one = Join();
  auto two = Join();
  WaitFor("half of it counted", [&] {
    return Number("SELECT count(*) FROM analytics.seen_events") * 2 > static_cast<std::int64_t>(events.size());
  });
  nemesis.request_stop();
  nemesis.join();
  WaitUntilCounted();
  ExpectRollupsOf(events);
}

}  // namespace
}  // namespace ordermesh::analytics
