#include "libs/stream/group_member.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/stream/testing/fake_dead_letters.h"
#include "libs/stream/testing/fake_record_source.h"
#include "libs/stream/testing/fake_sinks.h"
#include "libs/stream/testing/records.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// One member of the group with a sink of its own, over a store and a log that others share.
template <typename Sink>
class MemberOf {
 public:
  MemberOf(FakeLog& log, FakeStore& store, DeadLetters& dead_letters, ConsumerMetrics& metrics, FakeClock& clock,
           ConsumeOptions options = {.max_records = 100})
      : sink_(store), member_(options, sink_, dead_letters, metrics, clock) {
    absl::Status opened = member_.Open([&](RecordSource::Callbacks callbacks) {
      auto source = std::make_unique<FakeRecordSource>(log, std::move(callbacks));
      source_ = source.get();
      return source;
    });
    EXPECT_THAT(opened, IsOk());
  }
  FakeRecordSource& source() { return *source_; }
  GroupMember* operator->() { return &member_; }

 private:
  Sink sink_;
  FakeRecordSource* source_ = nullptr;
  GroupMember member_;
};
using Member = MemberOf<FakeTransactionalSink>;
using IdempotentMember = MemberOf<FakeIdempotentSink>;

class GroupMemberTest : public ::testing::Test {
 protected:
  GroupMemberTest() { member_.source().Assign({kZero, kOne}); }

  void Append(Record record = NewRecord(), int partition = 0) { log_.Append({kTopic, partition}, std::move(record)); }
  // As long as there is something to do: what is not due becomes due.
  template <typename M>
  void StepUntilApplied(M& member) {
    for (int i = 0; i < 5; ++i) {
      ASSERT_THAT(member->Step(), IsOk());
      clock_.Advance(absl::Seconds(1));
    }
  }
  int Applied() { return static_cast<int>(store_.effects().size()); }
  Position Stored(const Partition& partition) { return sink_.Load(partition)->value_or(Position()); }

  static constexpr char kTopic[] = "a.topic";
  const Partition kZero{kTopic, 0}, kOne{kTopic, 1};
  FakeClock clock_;
  FakeStore store_;
  FakeTransactionalSink sink_{store_};
  FakeLog log_;
  FakeDeadLetters dead_letters_;
  base::Metrics registry_;
  ConsumerMetrics metrics_{registry_, "test"};
  Member member_{log_, store_, dead_letters_, metrics_, clock_};
};

TEST_F(GroupMemberTest, AppliesARecordThatComesAfterAPauseAtOnce) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Applied(), 1);
  EXPECT_EQ(Stored(kZero).next_offset, 1);
  EXPECT_EQ(log_.committed[kZero], Stored(kZero));
}

TEST_F(GroupMemberTest, GathersWhatComesSoonAfter) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  Append();
  clock_.Advance(absl::Milliseconds(20));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Applied(), 1);
  Append();
  clock_.Advance(absl::Milliseconds(30));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Applied(), 3);
  EXPECT_EQ(metrics_.batch_records.CountAndSum(), std::make_pair(std::uint64_t{2}, 3.0));
}

TEST_F(GroupMemberTest, AppliesBeforeItIsDueWhatWeighsTooMuch) {
  member_->Close();
  Member member(log_, store_, dead_letters_, metrics_, clock_,
                {.max_records = 100, .max_bytes = 2000, .gather = absl::Hours(1)});
  member.source().Assign({kZero, kOne});
  for (const int applied : {1, 1, 3, 3, 5}) {  // the first one after a pause
    Append(RecordOf(std::string(1000, 'x')), applied % 2);
    ASSERT_THAT(member->Step(), IsOk());
    EXPECT_EQ(Applied(), applied);
  }
}

TEST_F(GroupMemberTest, GathersAsLongWhereverTheWallClockIsSet) {
  for (const absl::Duration by : {-absl::Minutes(1), absl::Minutes(1)}) {
    clock_.Advance(absl::Seconds(1));
    Append();
    ASSERT_THAT(member_->Step(), IsOk());
    const int applied = Applied();
    clock_.MoveWallClock(by);
    Append();
    clock_.Advance(absl::Milliseconds(20));
    ASSERT_THAT(member_->Step(), IsOk());
    EXPECT_EQ(Applied(), applied) << absl::FormatDuration(by);
    clock_.Advance(absl::Milliseconds(30));
    Append();
    ASSERT_THAT(member_->Step(), IsOk());
    EXPECT_EQ(Applied(), applied + 2) << absl::FormatDuration(by);
  }
}

TEST_F(GroupMemberTest, AppliesEachPartitionByItselfAndInOrder) {
  for (int i = 0; i < 6; ++i) Append(RecordOf(absl::StrCat(i)), i % 2);
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_THAT(store_.effects(), ElementsAre("0", "2", "4", "1", "3", "5"));
  EXPECT_EQ(Stored(kZero).next_offset, 3);
  EXPECT_EQ(Stored(kOne).next_offset, 3);
  EXPECT_EQ(metrics_.batch_records.CountAndSum(), std::make_pair(std::uint64_t{2}, 6.0));
}

TEST_F(GroupMemberTest, TakesNoMoreThanItMayHold) {
  for (int i = 0; i < 250; ++i) Append();
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Applied(), 100);
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 250);
}

TEST_F(GroupMemberTest, RecordsThatNeedNothingMoveThePartition) {
  Append(RecordOf("ignore"));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Applied(), 0);
  EXPECT_EQ(Stored(kZero).next_offset, 1);
  EXPECT_EQ(log_.committed[kZero], Stored(kZero));
  EXPECT_THAT(dead_letters_.letters, IsEmpty());
}

TEST_F(GroupMemberTest, BuriesWhatCannotBeUnderstoodAndAppliesItsNeighbours) {
  Append();
  Append(RecordOf("garbage"));
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(Applied(), 2);
  ASSERT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(dead_letters_.letters[0].offset, 1);
  EXPECT_EQ(dead_letters_.letters[0].reason, "it is garbage");
  EXPECT_EQ(metrics_.dead_letters.Value(), 1);
}

TEST_F(GroupMemberTest, DoesNotPassADeadLetterThatIsNotStored) {
  Append(RecordOf("garbage"));
  Append();
  // By these codes a sink would say that it refuses the batch, or that another was faster.
  for (const absl::Status& failure : {absl::UnavailableError("no broker"), absl::InvalidArgumentError("no broker"),
                                      absl::FailedPreconditionError("no broker"), absl::NotFoundError("no broker")}) {
    dead_letters_.failure = failure;
    EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no broker")));
    EXPECT_EQ(Stored(kZero).next_offset, 0);
  }
  dead_letters_.failure = absl::OkStatus();
  StepUntilApplied(member_);
  EXPECT_EQ(Stored(kZero).next_offset, 2);
  EXPECT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(metrics_.restarts.Value(), 0);
}

TEST_F(GroupMemberTest, BuriesALetterOnceThoughTheSinkFailsAfterwards) {
  Append(RecordOf("garbage"));
  ASSERT_THAT(member_->Step(), IsOk());  // applied: the partitions are assigned now
  Append(RecordOf("garbage"));
  clock_.Advance(absl::Seconds(1));
  store_.FailNext(absl::UnavailableError("no database"), 2);
  EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no database")));
  EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no database")));
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_THAT(dead_letters_.letters, SizeIs(2));
  EXPECT_EQ(Stored(kZero).next_offset, 2);
}

TEST_F(GroupMemberTest, FindsTheOneRecordThatTheSinkRefuses) {
  for (int i = 0; i < 20; ++i) Append(i == 13 ? RecordOf("poison") : NewRecord());
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 19);
  ASSERT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(dead_letters_.letters[0].offset, 13);
  EXPECT_EQ(dead_letters_.letters[0].reason, "refused: poison");
  EXPECT_EQ(Stored(kZero).next_offset, 20);
}

TEST_F(GroupMemberTest, FindsEveryRecordThatTheSinkRefuses) {
  for (int i = 0; i < 20; ++i) Append(i % 3 == 0 ? RecordOf("poison") : NewRecord());
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 13);
  EXPECT_THAT(dead_letters_.letters, SizeIs(7));
  EXPECT_EQ(Stored(kZero).next_offset, 20);
}

TEST_F(GroupMemberTest, WaitsForTheSinkAndLosesNothing) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  clock_.Advance(absl::Seconds(1));
  Append();
  store_.FailNext(absl::UnavailableError("no database"), 3);
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(member_->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no database")));
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 2);
}

TEST_F(GroupMemberTest, ACommitWhoseReplyWasLostIsNotDoneAgain) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  clock_.Advance(absl::Seconds(1));
  Append();
  store_.FailNext(absl::UnavailableError("the reply was lost"), 1, FakeStore::When::kAfter);
  EXPECT_FALSE(member_->Step().ok());
  StepUntilApplied(member_);
  Append();
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 3);
  EXPECT_EQ(Stored(kZero).next_offset, 3);
}

TEST_F(GroupMemberTest, ForgetsWhatItTookOfAPartitionThatIsAnothersNow) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  Append();
  ASSERT_THAT(member_->Step(), IsOk());  // taken, not due
  EXPECT_EQ(Applied(), 1);
  Member other(log_, store_, dead_letters_, metrics_, clock_);
  member_.source().Assign({kOne});
  other.source().Assign({kZero});
  StepUntilApplied(other);
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 2);
}

// A member whose session has ended without its knowing goes on with what it has, while the new owner is further.
TEST_F(GroupMemberTest, AMemberThatWasOvertakenAppliesNothingTwice) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  Append();
  ASSERT_THAT(member_->Step(), IsOk());  // taken, not due
  Member other(log_, store_, dead_letters_, metrics_, clock_);
  other.source().Assign({kZero});
  StepUntilApplied(other);
  EXPECT_EQ(Applied(), 2);
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 2);
  Append();
  StepUntilApplied(member_);  // placed anew, it goes on
  EXPECT_EQ(Applied(), 3);
}

TEST_F(GroupMemberTest, ATopicMadeAnewUnderARunningConsumerIsReadFromItsStart) {
  for (int i = 0; i < 5; ++i) Append();
  StepUntilApplied(member_);
  log_.logs.clear();
  for (int i = 0; i < 3; ++i) Append();
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 8);
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_F(GroupMemberTest, AHoleInTheLogIsPassed) {
  Append();
  StepUntilApplied(member_);
  log_.logs[kZero].records.push_back(NewRecord());  // in place 1, but it is number 4
  log_.logs[kZero].records.back().topic = kTopic;
  log_.logs[kZero].records.back().offset = 4;
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 2);
  EXPECT_EQ(Stored(kZero).next_offset, 5);
}

TEST_F(GroupMemberTest, ARecordThatWasLeftOutOnItsWayIsFetchedAgain) {
  Append(RecordOf("0"));
  StepUntilApplied(member_);
  Append(RecordOf("1"));
  member_.source().SkipOne(kZero);
  Append(RecordOf("2"));
  StepUntilApplied(member_);
  EXPECT_THAT(store_.effects(), ElementsAre("0", "1", "2"));
  EXPECT_EQ(Stored(kZero).lost_records, 0);
}

TEST_F(GroupMemberTest, RecordsThatWereDroppedUnderARunningConsumerRaiseTheAlarm) {
  Append();
  StepUntilApplied(member_);
  for (int i = 0; i < 9; ++i) Append();
  log_.DropBefore(kZero, 6);
  StepUntilApplied(member_);
  EXPECT_EQ(Applied(), 5);
  EXPECT_EQ(Stored(kZero).lost_records, 5);
}

// No revoke tells of it: the log no longer holds what comes next, and the start is asked again.
TEST_F(GroupMemberTest, ALogThatIsCutOffAgainAndAgainTakesNoRoom) {
  Append();
  StepUntilApplied(member_);
  for (int round = 0; round < 150; ++round) {  // more than there is room for
    Append();
    ASSERT_THAT(member_->Step(), IsOk());
    ASSERT_THAT(member_->Step(), IsOk());  // taken, not due
    log_.DropBefore(kZero, log_.logs[kZero].next() + 5);
    ASSERT_THAT(member_->Step(), IsOk());
    ASSERT_EQ(metrics_.taken.Value(), 0) << "round " << round;
  }
  Append();
  StepUntilApplied(member_);
  EXPECT_EQ(Stored(kZero).next_offset, log_.logs[kZero].next());
  EXPECT_EQ(metrics_.taken.Value(), 0);
}

TEST_F(GroupMemberTest, ClosingLeavesTheGroupAndForgets) {
  Append();
  ASSERT_THAT(member_->Step(), IsOk());
  EXPECT_EQ(metrics_.assigned.Value(), 2);
  member_->Close();
  EXPECT_EQ(metrics_.assigned.Value(), 0);
  EXPECT_FALSE(member_->is_open());
}

class IdempotentGroupMemberTest : public GroupMemberTest {
 protected:
  IdempotentGroupMemberTest() { member_->Close(); }
  std::unique_ptr<IdempotentMember> Join() {
    auto member = std::make_unique<IdempotentMember>(log_, store_, dead_letters_, metrics_, clock_);
    member->source().Assign({kZero, kOne});
    return member;
  }
};

TEST_F(IdempotentGroupMemberTest, BeginsWhereTheGroupStands) {
  for (int i = 0; i < 5; ++i) Append(RecordOf(absl::StrCat(i)));
  log_.committed[kZero] = {.next_offset = 3};
  auto member = Join();
  StepUntilApplied(*member);
  EXPECT_THAT(store_.effects(), ElementsAre("3", "4"));
  EXPECT_EQ(log_.committed[kZero].next_offset, 5);
}

TEST_F(IdempotentGroupMemberTest, CommitsAfterTheEffectOnly) {
  auto member = Join();
  Append();
  store_.FailNext(absl::UnavailableError("no store"));
  EXPECT_THAT((*member)->Step(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no store")));
  EXPECT_EQ(log_.committed.count(kZero), 0u);
  StepUntilApplied(*member);
  EXPECT_EQ(Applied(), 1);
  EXPECT_EQ(log_.committed[kZero].next_offset, 1);
}

TEST_F(IdempotentGroupMemberTest, AMemberThatDiesBeforeItsCommitRepeatsAndLosesNothing) {
  for (int i = 0; i < 3; ++i) Append(RecordOf(absl::StrCat(i)));
  auto member = Join();
  StepUntilApplied(*member);
  log_.loses_commits = true;
  for (int i = 3; i < 5; ++i) Append(RecordOf(absl::StrCat(i)));
  StepUntilApplied(*member);
  member.reset();
  log_.loses_commits = false;
  Append(RecordOf("5"));
  member = Join();
  StepUntilApplied(*member);
  EXPECT_THAT(store_.writes(), ElementsAre("0", "1", "2", "3", "4", "3", "4", "5"));
  EXPECT_THAT(store_.effects(), ElementsAre("0", "1", "2", "3", "4", "5"));
  EXPECT_EQ(log_.committed[kZero].next_offset, 6);
}

TEST_F(IdempotentGroupMemberTest, RecordsThatNeedNothingMoveThePartitionWithoutTheSink) {
  auto member = Join();
  ASSERT_THAT((*member)->Step(), IsOk());
  store_.FailNext(absl::UnavailableError("no store"));
  Append(RecordOf("ignore"));
  StepUntilApplied(*member);
  EXPECT_EQ(log_.committed[kZero].next_offset, 1);
}

TEST_F(IdempotentGroupMemberTest, BuriesWhatIsRefusedAndAppliesItsNeighbours) {
  auto member = Join();
  for (const char* value : {"a", "garbage", "b", "poison", "c"}) Append(RecordOf(value));
  StepUntilApplied(*member);
  EXPECT_THAT(store_.effects(), ElementsAre("a", "b", "c"));
  ASSERT_THAT(dead_letters_.letters, SizeIs(2));
  EXPECT_EQ(log_.committed[kZero].next_offset, 5);
}

// Its sink has no position that could have moved.
TEST_F(IdempotentGroupMemberTest, WhateverTheSinkAnswersItWaitsForIt) {
  auto member = Join();
  Append();
  for (const absl::Status& error : {absl::FailedPreconditionError("no index"), absl::NotFoundError("no index")}) {
    store_.FailNext(error);
    EXPECT_FALSE((*member)->Step().ok());
    EXPECT_TRUE((*member)->is_open());
    EXPECT_EQ(metrics_.taken.Value(), 1);
  }
  StepUntilApplied(*member);
  EXPECT_EQ(Applied(), 1);
  EXPECT_EQ(metrics_.restarts.Value(), 0);
}

TEST_F(IdempotentGroupMemberTest, ATopicMadeAnewIsReadFromItsStart) {
  for (int i = 0; i < 5; ++i) Append();
  auto member = Join();
  StepUntilApplied(*member);
  member.reset();
  log_.logs.clear();
  for (int i = 0; i < 9; ++i) Append();
  member = Join();
  StepUntilApplied(*member);
  EXPECT_EQ(Applied(), 14);
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_F(IdempotentGroupMemberTest, TheGroupRemembersWhatWasLost) {
  for (int i = 0; i < 5; ++i) Append();
  auto member = Join();
  StepUntilApplied(*member);
  member.reset();
  for (int i = 0; i < 9; ++i) Append();
  log_.DropBefore(kZero, 8);
  member = Join();
  StepUntilApplied(*member);
  EXPECT_EQ(Applied(), 11);
  EXPECT_EQ(log_.committed[kZero].lost_records, 3);
}

}  // namespace
}  // namespace ordermesh::stream
