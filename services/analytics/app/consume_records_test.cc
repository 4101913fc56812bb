#include "services/analytics/app/consume_records.h"

#include <limits>
#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/testing/fake_dead_letters.h"
#include "services/analytics/testing/fake_record_source.h"
#include "services/analytics/testing/fake_rollup_store.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One member of the group with its own store, over rollups and a log that others share.
class Member {
 public:
  Member(FakeLog& log, FakeRollups& rollups, DeadLetters& dead_letters, AnalyticsMetrics& metrics, FakeClock& clock,
         ConsumeOptions options = {.max_records = 100})
      : store_(rollups), consume_(options, store_, dead_letters, metrics, clock, clock) {
    absl::Status opened = consume_.Open([&](RecordSource::Callbacks callbacks) {
      auto source = std::make_unique<FakeRecordSource>(log, std::move(callbacks));
      source_ = source.get();
      return source;
    });
    EXPECT_THAT(opened, IsOk());
  }
  FakeRecordSource& source() { return *source_; }
  ConsumeRecords* operator->() { return &consume_; }

 private:
  FakeRollupStore store_;
  FakeRecordSource* source_ = nullptr;
  ConsumeRecords consume_;
};

class ConsumeRecordsTest : public ::testing::Test {
 protected:
  ConsumeRecordsTest() { member_.source().Assign({kZero, kOne}); }

  void Append(const SaleEvent& event, int partition = 0) { log_.Append({kTopic, partition}, RecordOf(event)); }
  // As long as there is something to do: what is not due becomes due.
  void StepUntilCounted(Member& member) {
    for (int i = 0; i < 5; ++i) {
      ASSERT_THAT(member->Step(), IsOk());
      clock_.Advance(absl::Seconds(1));
    }
  }
  Amounts Total() {
    SalesQuery query;
    query.start = absl::FromUnixSeconds(0);
    query.end = absl::FromUnixSeconds(4'000'000'000);
    absl::StatusOr<std::vector<SalesFigure>> figures = store_.QuerySales(query);
    EXPECT_THAT(figures, IsOk());
    return figures->empty() ? Amounts() : figures->at(0).amounts;
  }
  Position Stored(const Partition& partition) { return store_.Load(partition).value_or(Position()); }

  static constexpr char kTopic[] = "orders.events";
  const Partition kZero{kTopic, 0}, kOne{kTopic, 1};
  FakeClock clock_;
  FakeRollups rollups_{clock_};
  FakeRollupStore store_{rollups_};
  FakeLog log_;
  FakeDeadLetters dead_letters_;
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
  Member member_{log_, rollups_, dead_letters_, metrics_, clock_};
};

TEST_F(ConsumeRecordsTest, CountsARecordThatComesAfterAPauseAtOnce) {
  Append(AnAcceptedOrder(1, 2));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Total(), (Amounts{1, 2, 500, 0, 0, 0}));
  EXPECT_EQ(Stored(kZero).next_offset, 1);
  EXPECT_EQ(log_.committed[kZero], 1);
}

TEST_F(ConsumeRecordsTest, GathersWhatComesSoonAfter) {
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  Append(AnAcceptedOrder());
  clock_.Advance(absl::Milliseconds(20));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Total().orders, 1);
  Append(AnAcceptedOrder());
  clock_.Advance(absl::Milliseconds(30));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Total().orders, 3);
  EXPECT_EQ(metrics_.batch_events.CountAndSum(), std::make_pair(std::uint64_t{2}, 3.0));
}

TEST_F(ConsumeRecordsTest, CountsBeforeItIsDueWhatWeighsTooMuch) {
  const std::size_t bytes = RecordOf(AnAcceptedOrder()).value.size();
  member_->Close();
  Member member(log_, rollups_, dead_letters_, metrics_, clock_,
                {.max_records = 100, .max_bytes = 2 * bytes, .gather = absl::Hours(1)});
  member.source().Assign({kZero, kOne});
  for (const std::int64_t counted : {1, 1, 3, 3, 5}) {  // the first one after a pause
    Append(AnAcceptedOrder(), static_cast<int>(counted) % 2);
    ASSERT_THAT(member->Step(), IsOk());
    EXPECT_EQ(Total().orders, counted);
  }
}

TEST_F(ConsumeRecordsTest, GathersAsLongWhereverTheWallClockIsSet) {
  for (const absl::Duration by : {-absl::Minutes(1), absl::Minutes(1)}) {
    clock_.Advance(absl::Seconds(1));
    Append(AnAcceptedOrder());
    ASSERT_THAT(member_->Step(), IsOk());
    const std::int64_t counted = Total().orders;
    clock_.MoveWallClock(by);
    Append(AnAcceptedOrder());
    clock_.Advance(absl::Milliseconds(20));
    ASSERT_THAT(member_->Step(), IsOk());
    EXPECT_EQ(Total().orders, counted) << absl::FormatDuration(by);
    clock_.Advance(absl::Milliseconds(30));
    Append(AnAcceptedOrder());
    ASSERT_THAT(member_->Step(), IsOk());
    EXPECT_EQ(Total().orders, counted + 2) << absl::FormatDuration(by);
  }
}

TEST_F(ConsumeRecordsTest, CountsEachPartitionInItsOwnTransaction) {
  for (int i = 0; i < 6; ++i) Append(AnAcceptedOrder(), i % 2);
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Total().orders, 6);
  EXPECT_EQ(Stored(kZero).next_offset, 3);
  EXPECT_EQ(Stored(kOne).next_offset, 3);
  EXPECT_EQ(metrics_.batch_events.CountAndSum(), std::make_pair(std::uint64_t{2}, 6.0));
}

TEST_F(ConsumeRecordsTest, TakesNoMoreThanItMayHold) {
  for (int i = 0; i < 250; ++i) Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Total().orders, 100);
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 250);
}

TEST_F(ConsumeRecordsTest, CountsRepeatsOnce) {
  const SaleEvent order = AnAcceptedOrder();
  for (int i = 0; i < 3; ++i) Append(order, i % 2);
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 1);
  EXPECT_EQ(metrics_.repeats.Value(), 2);
  EXPECT_EQ(metrics_.accepted.Value(), 1);
}

TEST_F(ConsumeRecordsTest, EventsThatChangeNoSalesMoveThePartition) {
  log_.Append(kZero, WithHeader(RecordOf(AnAcceptedOrder()), "ce_type", "ordermesh.order.shipped.v1"));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Stored(kZero).next_offset, 1);
  EXPECT_EQ(metrics_.ignored.Value(), 1);
  EXPECT_THAT(dead_letters_.letters, IsEmpty());
}

TEST_F(ConsumeRecordsTest, BuriesWhatIsNoEventAndCountsItsNeighbours) {
  Append(AnAcceptedOrder());
  log_.Append(kZero, Garbage());
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Total().orders, 2);
  ASSERT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(dead_letters_.letters[0].offset, 1);
  EXPECT_THAT(dead_letters_.letters[0].reason, HasSubstr("specversion"));
  EXPECT_EQ(metrics_.dead_letters.Value(), 1);
}

TEST_F(ConsumeRecordsTest, DoesNotPassADeadLetterThatIsNotStored) {
  log_.Append(kZero, Garbage());
  Append(AnAcceptedOrder());
  dead_letters_.failure = absl::UnavailableError("no broker");
  EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no broker")));
  EXPECT_EQ(Stored(kZero).next_offset, 0);
  dead_letters_.failure = absl::OkStatus();
  StepUntilCounted(member_);
  EXPECT_EQ(Stored(kZero).next_offset, 2);
  EXPECT_THAT(dead_letters_.letters, SizeIs(1));
}

TEST_F(ConsumeRecordsTest, BuriesALetterOnceThoughTheDatabaseFailsAfterwards) {
  log_.Append(kZero, Garbage());
  rollups_.FailNext(absl::OkStatus(), 0);
  ASSERT_THAT(store_.Load(kZero), IsOk());
  ASSERT_THAT(store_.Load(kOne), IsOk());
  ASSERT_THAT(member_->Step(), IsOk());  // counted: the partitions are assigned now
  log_.Append(kZero, Garbage(2));
  clock_.Advance(absl::Seconds(1));
  rollups_.FailNext(absl::UnavailableError("no database"), 2);
  EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no database")));
  EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no database")));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_THAT(dead_letters_.letters, SizeIs(2));
  EXPECT_EQ(Stored(kZero).next_offset, 2);
}

TEST_F(ConsumeRecordsTest, FindsTheOneEventThatTheDatabaseRefuses) {
  for (int i = 0; i < 20; ++i) {
    SaleEvent order = AnAcceptedOrder();
    if (i == 13) order.lines[0].unit_price_minor = std::numeric_limits<std::int64_t>::max() / 2 + 1;  // of 2 pieces
    Append(order);
  }
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 19);
  ASSERT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(dead_letters_.letters[0].offset, 13);
  EXPECT_THAT(dead_letters_.letters[0].reason, HasSubstr("can't be counted"));
  EXPECT_EQ(Stored(kZero).next_offset, 20);
}

TEST_F(ConsumeRecordsTest, WaitsForTheDatabaseAndLosesNothing) {
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  clock_.Advance(absl::Seconds(1));
  Append(AnAcceptedOrder());
  rollups_.FailNext(absl::UnavailableError("no database"), 3);
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no database")));
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 2);
}

TEST_F(ConsumeRecordsTest, ACommitWhoseReplyWasLostIsNotCountedAgain) {
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  clock_.Advance(absl::Seconds(1));
  Append(AnAcceptedOrder());
  rollups_.FailNext(absl::UnavailableError("the reply was lost"), 1, FakeRollups::When::kAfter);
  EXPECT_FALSE(member_->Step().ok());
  StepUntilCounted(member_);
  Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 3);
  EXPECT_EQ(Stored(kZero).next_offset, 3);
}

TEST_F(ConsumeRecordsTest, ReadingFromTheStartChangesNothing) {
  for (int i = 0; i < 10; ++i) Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  const Amounts before = Total();
  ASSERT_THAT(store_.Move(kZero, 10, 0, 0), IsOk());
  member_.source().Assign({kZero});
  StepUntilCounted(member_);
  EXPECT_EQ(Total(), before);
  EXPECT_EQ(metrics_.repeats.Value(), 10);
}

TEST_F(ConsumeRecordsTest, ForgetsWhatItTookOfAPartitionThatIsAnothersNow) {
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());  // taken, not due
  EXPECT_EQ(Total().orders, 1);
  Member other(log_, rollups_, dead_letters_, metrics_, clock_);
  member_.source().Assign({kOne});
  other.source().Assign({kZero});
  StepUntilCounted(other);
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 2);
  EXPECT_EQ(metrics_.repeats.Value(), 0);
}

// A member whose session has ended without its knowing goes on with what it has, while the new owner is further.
TEST_F(ConsumeRecordsTest, AMemberThatWasOvertakenCountsNothingTwice) {
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());  // taken, not due
  Member other(log_, rollups_, dead_letters_, metrics_, clock_);
  other.source().Assign({kZero});
  StepUntilCounted(other);
  EXPECT_EQ(Total().orders, 2);
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 2);
  Append(AnAcceptedOrder());
  StepUntilCounted(member_);  // placed anew, it goes on
  EXPECT_EQ(Total().orders, 3);
  EXPECT_EQ(metrics_.repeats.Value(), 0);
}

TEST_F(ConsumeRecordsTest, ATopicMadeAnewUnderARunningConsumerIsReadFromItsStart) {
  for (int i = 0; i < 5; ++i) Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  log_.logs.clear();
  for (int i = 0; i < 3; ++i) Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 8);
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_F(ConsumeRecordsTest, AHoleInTheLogIsPassed) {
  Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  log_.logs[kZero].records.push_back(RecordOf(AnAcceptedOrder()));  // in place 1, but it is number 4
  log_.logs[kZero].records.back().topic = kTopic;
  log_.logs[kZero].records.back().offset = 4;
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 2);
  EXPECT_EQ(Stored(kZero).next_offset, 5);
}

TEST_F(ConsumeRecordsTest, RecordsThatWereDroppedUnderARunningConsumerRaiseTheAlarm) {
  Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  for (int i = 0; i < 9; ++i) Append(AnAcceptedOrder());
  log_.DropBefore(kZero, 6);
  StepUntilCounted(member_);
  EXPECT_EQ(Total().orders, 5);
  EXPECT_EQ(Stored(kZero).lost_records, 5);
}

// No revoke tells of it: the log no longer holds what comes next, and the start is asked again.
TEST_F(ConsumeRecordsTest, ALogThatIsCutOffAgainAndAgainTakesNoRoom) {
  Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  for (int round = 0; round < 150; ++round) {  // more than there is room for
    Append(AnAcceptedOrder());
    ASSERT_THAT(member_->Step(), IsOk());
    ASSERT_THAT(member_->Step(), IsOk());  // taken, not due
    log_.DropBefore(kZero, log_.logs[kZero].next() + 5);
    ASSERT_THAT(member_->Step(), IsOk());
    ASSERT_EQ(metrics_.taken.Value(), 0) << "round " << round;
  }
  Append(AnAcceptedOrder());
  StepUntilCounted(member_);
  EXPECT_EQ(Stored(kZero).next_offset, log_.logs[kZero].next());
  EXPECT_EQ(metrics_.taken.Value(), 0);
}

TEST_F(ConsumeRecordsTest, ClosingLeavesTheGroupAndForgets) {
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(metrics_.assigned.Value(), 2);
  member_->Close();
  EXPECT_EQ(metrics_.assigned.Value(), 0);
  EXPECT_FALSE(member_->is_open());
}

}  // namespace
}  // namespace ordermesh::analytics
