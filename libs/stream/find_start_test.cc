#include "libs/stream/find_start.h"

#include "gtest/gtest.h"
#include "libs/stream/record_id.h"
#include "libs/stream/testing/fake_record_source.h"
#include "libs/stream/testing/fake_sinks.h"
#include "libs/stream/testing/records.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;

// Over both kinds of sinks: what a position is compared with is the same, wherever it is kept.
class FindStartTest : public ::testing::TestWithParam<bool> {
 protected:
  bool kept_by_sink() const { return GetParam(); }
  AnySink& sink() { return kept_by_sink() ? static_cast<AnySink&>(transactional_) : idempotent_; }

  // The log has been applied up to its end, so that the position fits it.
  void ApplyAll() {
    const FakeLog::Log& log = log_.logs[kPartition];
    const base::Uuid last = RecordId(log.records.back());
    if (kept_by_sink()) {
      ASSERT_THAT(sink().Load(kPartition), IsOk());
      ASSERT_THAT(sink().ApplyAny({kPartition, 0, log.next(), last}, {}), IsOk());
    } else {
      source_.Commit(kPartition, {log.next(), last, 0});
    }
  }
  // The position, of which nothing more is known.
  void MoveTo(std::int64_t offset) {
    if (kept_by_sink()) {
      ASSERT_THAT(sink().Load(kPartition), IsOk());
      ASSERT_THAT(sink().Move(kPartition, 0, offset, 0), IsOk());
    } else {
      source_.Commit(kPartition, {.next_offset = offset});
    }
  }
  void Fill(int records) {
    for (int i = 0; i < records; ++i) log_.Append(kPartition, NewRecord());
  }
  absl::StatusOr<std::int64_t> Find() {
    absl::StatusOr<Start> start = FindStart(kPartition, sink(), source_, metrics_, "build it anew");
    if (!start.ok()) return start.status();
    EXPECT_EQ(start->kept_by_sink, kept_by_sink());
    return start->position.next_offset;
  }
  Position Stored() { return kept_by_sink() ? sink().Load(kPartition)->value() : log_.committed[kPartition]; }

  const Partition kPartition{"a.topic", 0};
  FakeStore store_;
  FakeTransactionalSink transactional_{store_};
  FakeIdempotentSink idempotent_{store_};
  FakeLog log_;
  FakeRecordSource source_{log_, {}};
  base::Metrics registry_;
  ConsumerMetrics metrics_{registry_, "test"};
};

INSTANTIATE_TEST_SUITE_P(KeptBy, FindStartTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "TheSink" : "TheGroup"; });

TEST_P(FindStartTest, ANewPartitionStartsAtItsBeginning) {
  Fill(3);
  EXPECT_EQ(Find().value_or(-1), 0);
}

TEST_P(FindStartTest, GoesOnWhereItStands) {
  Fill(3);
  ApplyAll();
  EXPECT_EQ(Find().value_or(-1), 3);
  Fill(2);
  EXPECT_EQ(Find().value_or(-1), 3);
  EXPECT_EQ(metrics_.log_resets.Value(), 0);
}

TEST_P(FindStartTest, StartsAnewWhenAnotherRecordStandsBeforeThePosition) {
  Fill(3);
  ApplyAll();
  log_.logs.clear();
  Fill(5);
  EXPECT_EQ(Find().value_or(-1), 0);
  EXPECT_EQ(Stored(), (Position{0, base::Uuid(), 0}));
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_P(FindStartTest, StartsAnewWhenTheLogEndsBeforeThePosition) {
  Fill(3);
  ApplyAll();
  log_.logs.clear();
  Fill(1);
  EXPECT_EQ(Find().value_or(-1), 0);
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_P(FindStartTest, StartsAtTheStartOfALogThatWasMadeAnewAndCutOffSince) {
  Fill(9);
  ApplyAll();
  log_.logs.clear();
  Fill(9);
  log_.DropBefore(kPartition, 4);
  EXPECT_EQ(Find().value_or(-1), 4);
  EXPECT_EQ(Stored().lost_records, 0);
}

TEST_P(FindStartTest, CountsWhatWasDroppedBeforeItWasApplied) {
  Fill(3);
  ApplyAll();
  Fill(7);
  log_.DropBefore(kPartition, 8);
  EXPECT_EQ(Find().value_or(-1), 8);
  EXPECT_EQ(Stored(), (Position{8, base::Uuid(), 5}));
  EXPECT_EQ(Find().value_or(-1), 8) << "once";
  EXPECT_EQ(Stored().lost_records, 5);
}

TEST_P(FindStartTest, GoesOnWhenAllBeforeItWasDropped) {
  Fill(3);
  ApplyAll();
  log_.DropBefore(kPartition, 3);
  EXPECT_EQ(Find().value_or(-1), 3);
  EXPECT_EQ(Stored().lost_records, 0);
}

TEST_P(FindStartTest, GoesOnWithoutALookWhenNothingIsKnownOfTheRecordBefore) {
  Fill(3);
  MoveTo(2);
  EXPECT_EQ(Find().value_or(-1), 2);
}

TEST_P(FindStartTest, TellsWhatIsDownAndDecidesNothing) {
  Fill(3);
  ApplyAll();
  log_.down = absl::UnavailableError("no broker");
  EXPECT_THAT(Find(), StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("no broker")));
  log_.down = absl::OkStatus();
  EXPECT_EQ(Stored().next_offset, 3);
  EXPECT_EQ(Find().value_or(-1), 3);
}

TEST_P(FindStartTest, ASinksErrorIsNeverTakenForTheEndOfTheMembership) {
  if (!kept_by_sink()) return;  // it is asked for nothing
  Fill(3);
  ApplyAll();
  for (const absl::Status& error : {absl::UnavailableError("no store"), absl::NotFoundError("no store"),
                                    absl::FailedPreconditionError("no store")}) {
    store_.FailNext(error);
    EXPECT_THAT(Find(), StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("no store"))) << error;
  }
  EXPECT_EQ(Stored().next_offset, 3);
}

TEST_P(FindStartTest, ANewPartitionOfALogThatWasCutOffStartsWhereItBegins) {
  Fill(9);
  log_.DropBefore(kPartition, 4);
  EXPECT_EQ(Find().value_or(-1), 4);
}

}  // namespace
}  // namespace ordermesh::stream
