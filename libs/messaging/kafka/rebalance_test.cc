#include "libs/messaging/kafka/rebalance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::kafka {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class PartitionsTest : public ::testing::Test {
 protected:
  PartitionsTest() { partitions_.Assign({{"t", 0}, {"t", 1}}); }

  Consumer::Start From(std::int64_t offset) {
    return [this, offset](const std::string&, std::int32_t partition) -> absl::StatusOr<std::int64_t> {
      asked_.push_back(partition);
      return offset;
    };
  }
  std::vector<int> asked_;
  Partitions partitions_;
};

TEST_F(PartitionsTest, NothingIsReadBeforeItHasItsPosition) {
  EXPECT_FALSE(partitions_.all_started());
  EXPECT_FALSE(partitions_.Wants("t", 0, 5));
  EXPECT_THAT(partitions_.StartAll(From(5)), IsOk());
  EXPECT_TRUE(partitions_.all_started());
  EXPECT_TRUE(partitions_.Wants("t", 0, 5));
}

TEST_F(PartitionsTest, AFailedStartIsAskedAgainButNotTheOthers) {
  const Consumer::Start fails_at_1 = [this](const std::string& topic,
                                            std::int32_t partition) -> absl::StatusOr<std::int64_t> {
    if (partition == 1) return absl::UnavailableError("database away");
    return From(3)(topic, partition);
  };
  EXPECT_THAT(partitions_.StartAll(fails_at_1),
              StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("starting t/1: database away")));
  EXPECT_FALSE(partitions_.all_started());
  EXPECT_THAT(partitions_.StartAll(From(7)), IsOk());
  EXPECT_THAT(asked_, ElementsAre(0, 1));
  EXPECT_THAT(partitions_.positions(), ElementsAre(Pair(Pair("t", 0), 3), Pair(Pair("t", 1), 7)));
}

TEST_F(PartitionsTest, WhatWasFetchedBeforeTheLastRecordIsPassedOver) {
  ASSERT_THAT(partitions_.StartAll(From(Consumer::kBeginning)), IsOk());
  EXPECT_TRUE(partitions_.Wants("t", 0, 0));
  partitions_.MoveTo("t", 0, 1);
  EXPECT_FALSE(partitions_.Wants("t", 0, 0));
  EXPECT_TRUE(partitions_.Wants("t", 0, 9)) << "gaps are Kafka's affair";
}

TEST_F(PartitionsTest, RevokingTakesAll) {
  EXPECT_THAT(partitions_.Revoke(), ElementsAre(Pair("t", 0), Pair("t", 1)));
  EXPECT_THAT(partitions_.names(), IsEmpty());
  EXPECT_FALSE(partitions_.has("t", 0));
  EXPECT_FALSE(partitions_.Wants("t", 0, 1));
}

TEST_F(PartitionsTest, PartitionsOfOthersAreLeftAlone) {
  partitions_.MoveTo("t", 2, 5);
  EXPECT_FALSE(partitions_.has("t", 2));
  EXPECT_FALSE(partitions_.Wants("t", 2, 5));
}

TEST_F(PartitionsTest, ANewAssignmentForgetsThePositions) {
  ASSERT_THAT(partitions_.StartAll(From(5)), IsOk());
  partitions_.Assign({{"t", 0}});
  EXPECT_FALSE(partitions_.all_started());
  EXPECT_THAT(partitions_.names(), ElementsAre(Pair("t", 0)));
}

}  // namespace
}  // namespace ordermesh::kafka
