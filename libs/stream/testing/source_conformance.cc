#include "libs/stream/testing/source_conformance.h"

#include <gmock/gmock.h>

#include "libs/base/timer.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLook = absl::Seconds(10);

}  // namespace

std::unique_ptr<RecordSource> SourceConformance::Open() {
  RecordSource::Callbacks callbacks;
  callbacks.start = [this](const Partition& partition) {
    EXPECT_EQ(partition, partition_);
    ++asked_;
    return start_;
  };
  callbacks.revoked = [this](const Partition& partition) {
    EXPECT_EQ(partition, partition_);
    ++revoked_;
  };
  return harness_->Open(std::move(callbacks));
}

void SourceConformance::PollUntil(RecordSource& source, const std::function<bool()>& done) {
  const base::SteadyTime until = base::SystemTimer().SteadyNow() + kPatience;
  while (!done() && base::SystemTimer().SteadyNow() < until) source.Poll(10, absl::Milliseconds(100)).IgnoreError();
  EXPECT_TRUE(done());
}

std::vector<std::string> SourceConformance::Read(RecordSource& source, std::size_t count) {
  std::vector<std::string> values;
  const base::SteadyTime until = base::SystemTimer().SteadyNow() + kPatience;
  while (values.size() < count && base::SystemTimer().SteadyNow() < until) {
    absl::StatusOr<std::vector<Record>> records =
        source.Poll(static_cast<int>(count - values.size()), absl::Milliseconds(100));
    if (!records.ok()) continue;  // a broker that has just begun
    for (const Record& record : *records) {
      EXPECT_EQ((Partition{record.topic, record.partition}), partition_);
      values.push_back(record.value);
    }
  }
  return values;
}

namespace {

TEST_P(SourceConformance, GivesRecordsInOrderFromWhereItIsToBegin) {
  harness_->Append({"a", "b", "c", "d"});
  start_ = 1;
  std::unique_ptr<RecordSource> source = Open();
  EXPECT_THAT(Read(*source, 2), ElementsAre("b", "c"));
  EXPECT_THAT(Read(*source, 1), ElementsAre("d"));
  harness_->Append({"e"});
  EXPECT_THAT(Read(*source, 1), ElementsAre("e"));
  EXPECT_EQ(asked_, 1);
}

TEST_P(SourceConformance, WhileItIsNotSaidWhereToBeginItReadsNothing) {
  harness_->Append({"a"});
  start_ = absl::UnavailableError("not known");
  std::unique_ptr<RecordSource> source = Open();
  PollUntil(*source, [&] { return asked_ >= 2; });
  EXPECT_THAT(source->Poll(10, absl::Milliseconds(10)).status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("not known")));
  start_ = 0;
  EXPECT_THAT(Read(*source, 1), ElementsAre("a"));
}

TEST_P(SourceConformance, GoesOnWhereItIsSentTo) {
  harness_->Append({"a", "b", "c"});
  std::unique_ptr<RecordSource> source = Open();
  ASSERT_THAT(Read(*source, 3), ElementsAre("a", "b", "c"));
  ASSERT_THAT(source->Seek(partition_, 1), IsOk());
  EXPECT_THAT(Read(*source, 2), ElementsAre("b", "c"));
  EXPECT_EQ(asked_, 1);
}

TEST_P(SourceConformance, IsSentNowhereInWhatIsNotItsOwn) {
  std::unique_ptr<RecordSource> source = Open();
  EXPECT_THAT(source->Seek({partition_.topic, 17}, 0), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_P(SourceConformance, TellsWhatTheLogHolds) {
  harness_->Append({"a", "b", "c"});
  harness_->DropBefore(1);
  std::unique_ptr<RecordSource> source = Open();
  absl::StatusOr<LogRange> range = source->Range(partition_, kLook);
  ASSERT_THAT(range, IsOk());
  EXPECT_EQ(range->first, 1);
  EXPECT_EQ(range->next, 3);
  absl::StatusOr<Record> record = source->ReadAt(partition_, 2, kLook);
  ASSERT_THAT(record, IsOk());
  EXPECT_EQ(record->value, "c");
  EXPECT_EQ(record->offset, 2);
  for (const std::int64_t offset : {0, 3}) {
    EXPECT_THAT(source->ReadAt(partition_, offset, kLook).status(), StatusIs(absl::StatusCode::kNotFound));
  }
}

TEST_P(SourceConformance, AsksAgainWhereToBeginWhenTheLogIsCutOff) {
  harness_->Append({"a"});
  std::unique_ptr<RecordSource> source = Open();
  ASSERT_THAT(Read(*source, 1), ElementsAre("a"));
  start_ = absl::UnavailableError("not known yet");
  harness_->Append({"b", "c", "d"});
  harness_->DropBefore(3);
  // What was fetched before the cut may still come.
  PollUntil(*source, [&] {
    source->Seek(partition_, 1).IgnoreError();
    return asked_ >= 2;
  });
  EXPECT_EQ(revoked_, 0);
  start_ = 3;
  EXPECT_THAT(Read(*source, 1), ElementsAre("d"));
}

TEST_P(SourceConformance, TheGroupRemembersWhatWasCommitted) {
  harness_->Append({"a", "b", "c"});
  std::unique_ptr<RecordSource> source = Open();
  ASSERT_THAT(Read(*source, 3), ElementsAre("a", "b", "c"));
  EXPECT_THAT(source->Committed(partition_, kLook), IsOkAndHolds(std::optional<Position>()));
  const Position first{1, base::Uuid::Parse("0199c0de-0000-7000-8000-000000000017").value(), 0}, second{3, {}, 5};
  source->Commit(partition_, first);
  source->Commit(partition_, second);
  source.reset();
  EXPECT_EQ(revoked_, 1);
  source = Open();
  EXPECT_THAT(source->Committed(partition_, kLook), IsOkAndHolds(std::optional<Position>(second)));
  Read(*source, 3);  // what isn't its own yet can't be committed
  source->Commit(partition_, first);
  source.reset();
  source = Open();
  EXPECT_THAT(source->Committed(partition_, kLook), IsOkAndHolds(std::optional<Position>(first)));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SourceConformance);

}  // namespace
}  // namespace ordermesh::stream
