#include "services/analytics/app/find_start.h"

#include "gtest/gtest.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/app/record_id.h"
#include "services/analytics/testing/fake_record_source.h"
#include "services/analytics/testing/fake_rollup_store.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;

class FindStartTest : public ::testing::Test {
 protected:
  // Counts the log up to its end, so that the position fits it.
  void CountAll() {
    const FakeLog::Log& log = log_.logs[kPartition];
    ASSERT_THAT(store_.Load(kPartition), IsOk());
    ASSERT_THAT(store_.Apply({kPartition, 0, log.next(), RecordId(log.records.back()), {}}), IsOk());
  }
  void Fill(int records) {
    for (int i = 0; i < records; ++i) log_.Append(kPartition, RecordOf(AnAcceptedOrder()));
  }
  absl::StatusOr<std::int64_t> Find() { return FindStart(kPartition, store_, source_, metrics_); }
  Position Stored() { return store_.Load(kPartition).value_or(Position()); }

  const Partition kPartition{"orders.events", 0};
  FakeClock clock_;
  FakeRollups rollups_{clock_};
  FakeRollupStore store_{rollups_};
  FakeLog log_;
  FakeRecordSource source_{log_, {}};
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
};

TEST_F(FindStartTest, ANewPartitionStartsAtItsBeginning) {
  Fill(3);
  EXPECT_EQ(Find().value_or(-1), 0);
}

TEST_F(FindStartTest, GoesOnWhereItStands) {
  Fill(3);
  CountAll();
  EXPECT_EQ(Find().value_or(-1), 3);
  Fill(2);
  EXPECT_EQ(Find().value_or(-1), 3);
  EXPECT_EQ(metrics_.log_resets.Value(), 0);
}

TEST_F(FindStartTest, StartsAnewWhenAnotherRecordStandsBeforeThePosition) {
  Fill(3);
  CountAll();
  log_.logs.clear();
  Fill(5);
  EXPECT_EQ(Find().value_or(-1), 0);
  EXPECT_EQ(Stored(), (Position{0, base::Uuid(), 0}));
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_F(FindStartTest, StartsAnewWhenTheLogEndsBeforeThePosition) {
  Fill(3);
  CountAll();
  log_.logs.clear();
  Fill(1);
  EXPECT_EQ(Find().value_or(-1), 0);
  EXPECT_EQ(metrics_.log_resets.Value(), 1);
}

TEST_F(FindStartTest, StartsAtTheStartOfALogThatWasMadeAnewAndCutOffSince) {
  Fill(9);
  CountAll();
  log_.logs.clear();
  Fill(9);
  log_.DropBefore(kPartition, 4);
  EXPECT_EQ(Find().value_or(-1), 4);
  EXPECT_EQ(Stored().lost_records, 0);
}

TEST_F(FindStartTest, CountsWhatWasDroppedBeforeItWasCounted) {
  Fill(3);
  CountAll();
  Fill(7);
  log_.DropBefore(kPartition, 8);
  EXPECT_EQ(Find().value_or(-1), 8);
  EXPECT_EQ(Stored(), (Position{8, base::Uuid(), 5}));
  EXPECT_EQ(Find().value_or(-1), 8) << "once";
  EXPECT_EQ(Stored().lost_records, 5);
}

TEST_F(FindStartTest, GoesOnWhenAllBeforeItWasDropped) {
  Fill(3);
  CountAll();
  log_.DropBefore(kPartition, 3);
  EXPECT_EQ(Find().value_or(-1), 3);
  EXPECT_EQ(Stored().lost_records, 0);
}

TEST_F(FindStartTest, GoesOnWithoutALookWhenNothingIsKnownOfTheRecordBefore) {
  Fill(3);
  ASSERT_THAT(store_.Load(kPartition), IsOk());
  ASSERT_THAT(store_.Move(kPartition, 0, 2, 0), IsOk());
  EXPECT_EQ(Find().value_or(-1), 2);
}

TEST_F(FindStartTest, TellsWhatIsDownAndDecidesNothing) {
  Fill(3);
  CountAll();
  rollups_.FailNext(absl::UnavailableError("no database"));
  EXPECT_THAT(Find(), StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("no database")));
  log_.down = absl::UnavailableError("no broker");
  EXPECT_THAT(Find(), StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("no broker")));
  EXPECT_EQ(Stored().next_offset, 3);
}

}  // namespace
}  // namespace ordermesh::analytics
