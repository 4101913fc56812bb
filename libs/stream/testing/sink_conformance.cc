#include "libs/stream/testing/sink_conformance.h"

#include <gmock/gmock.h>

#include "libs/stream/record_id.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;

absl::Status SinkConformance::Apply(std::int64_t first, const std::vector<Record>& records) {
  Batch batch{kPartition, first, first + static_cast<std::int64_t>(records.size()), base::Uuid()};
  std::vector<AnySink::AnyItem> items;
  for (const Record& record : records) {
    absl::StatusOr<AnySink::AnyItem> item = sink_.DecodeAny(record);
    EXPECT_THAT(item, IsOk());
    if (item.ok() && *item != nullptr) items.push_back(*std::move(item));
    batch.last_record = RecordId(record);
  }
  return sink_.ApplyAny(batch, items);
}

namespace {

TEST_P(SinkConformance, KnowsWhatItUnderstandsAndWhatItNeeds) {
  absl::StatusOr<AnySink::AnyItem> good = sink_.DecodeAny(world_->Good()),
                                   needless = sink_.DecodeAny(world_->Needless());
  ASSERT_THAT(good, IsOk());
  EXPECT_NE(*good, nullptr);
  ASSERT_THAT(needless, IsOk());
  EXPECT_EQ(*needless, nullptr);
  EXPECT_THAT(sink_.DecodeAny(world_->Garbage()).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::Not(::testing::IsEmpty())));
  EXPECT_EQ(world_->Effects(), 0);
}

TEST_P(SinkConformance, HasTheEffectOfEachRecord) {
  ASSERT_THAT(Apply(0, {world_->Good(), world_->Needless(), world_->Good()}), IsOk());
  ASSERT_THAT(Apply(3, {world_->Good()}), IsOk());
  EXPECT_EQ(world_->Effects(), 3);
}

TEST_P(SinkConformance, ABatchThatComesAgainHasNoSecondEffect) {
  const std::vector<Record> records = {world_->Good(), world_->Good()};
  ASSERT_THAT(Apply(0, records), IsOk());
  Apply(0, records).IgnoreError();
  EXPECT_EQ(world_->Effects(), 2);
}

TEST_P(SinkConformance, ABatchWithNothingToDoIsApplied) {
  ASSERT_THAT(Apply(0, {world_->Needless()}), IsOk());
  ASSERT_THAT(Apply(1, {world_->Good()}), IsOk());
  EXPECT_EQ(world_->Effects(), 1);
}

TEST_P(SinkConformance, RefusesABatchForOneOfItAndTakesTheOthersWithoutIt) {
  const Record before = world_->Good(), after = world_->Good();
  EXPECT_THAT(Apply(0, {before, world_->Refused(), after}),
              StatusIs(absl::StatusCode::kInvalidArgument, ::testing::Not(::testing::IsEmpty())));
  ASSERT_THAT(Apply(0, {before}), IsOk());
  EXPECT_THAT(Apply(1, {world_->Refused()}), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_THAT(Apply(1, {world_->Needless(), after}), IsOk());
  EXPECT_EQ(world_->Effects(), 2);
}

TEST_P(PositionConformance, APartitionMovesWithItsEffects) {
  absl::StatusOr<std::optional<Position>> position = sink_.Load(kPartition);
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, Position());
  const Record last = world_->Good();
  ASSERT_THAT(Apply(0, {world_->Good(), last}), IsOk());
  position = sink_.Load(kPartition);
  ASSERT_THAT(position, IsOk());
  EXPECT_EQ(*position, (Position{2, RecordId(last), 0}));
}

TEST_P(PositionConformance, ABatchFromElsewhereOrRefusedChangesNothing) {
  const Record first = world_->Good();
  ASSERT_THAT(Apply(0, {first}), IsOk());
  for (const std::int64_t elsewhere : {0, 2}) {
    EXPECT_THAT(Apply(elsewhere, {world_->Good()}), StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_THAT(Apply(1, {world_->Good(), world_->Refused()}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(world_->Effects(), 1);
  EXPECT_EQ(sink_.Load(kPartition)->value(), (Position{1, RecordId(first), 0}));
}

TEST_P(PositionConformance, APartitionIsMovedOnlyFromWhereItStands) {
  ASSERT_THAT(Apply(0, {world_->Good()}), IsOk());
  EXPECT_THAT(sink_.Move(kPartition, 0, 9, 0), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(sink_.Move(kPartition, 1, 9, 8), IsOk());
  ASSERT_THAT(sink_.Move(kPartition, 9, 0, 2), IsOk());
  EXPECT_EQ(sink_.Load(kPartition)->value(), (Position{0, base::Uuid(), 10}));
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(SinkConformance);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PositionConformance);

}  // namespace
}  // namespace ordermesh::stream
