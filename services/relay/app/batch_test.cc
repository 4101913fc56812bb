#include "services/relay/app/batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/relay/testing/events.h"

namespace ordermesh::relay {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Confirm = Sink::Confirm;

std::vector<std::uint64_t> Numbers(const std::vector<const Event*>& wave) {
  std::vector<std::uint64_t> numbers;
  for (const Event* event : wave) numbers.push_back(event->at.xid);
  return numbers;
}
Sink::Report Reports(std::vector<Confirm> confirms) {
  Sink::Report report;
  report.confirms = std::move(confirms);
  return report;
}

TEST(BatchTest, DifferentOrdersGoTogether) {
  Batch batch({AnEvent(1, 1), AnEvent(2, 2), AnEvent(3, 3)});
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(1, 2, 3));
  batch.Settle(Reports({Confirm::kDelivered, Confirm::kDelivered, Confirm::kDelivered}));
  EXPECT_TRUE(batch.done());
  EXPECT_THAT(batch.NextWave(), IsEmpty());
  EXPECT_EQ(batch.Reached({}), batch.last());
}

TEST(BatchTest, OfAnOrderTheNextGoesWhenTheOneBeforeHasArrived) {
  Batch batch({AnEvent(1, 1), AnEvent(2, 2), AnEvent(3, 1), AnEvent(4, 1)});
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(1, 2));
  batch.Settle(Reports({Confirm::kUnknown, Confirm::kDelivered}));
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(1)) << "not 3 before 1";
  batch.Settle(Reports({Confirm::kDelivered}));
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(3));
  batch.Settle(Reports({Confirm::kDelivered}));
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(4));
  EXPECT_FALSE(batch.done());
}

TEST(BatchTest, WhatArrivedIsNotSentAgainAndReachedStopsAtTheFirstGap) {
  const Position before{7, 7};
  Batch batch({AnEvent(11, 1), AnEvent(12, 2), AnEvent(13, 3), AnEvent(14, 4)});
  batch.NextWave();
  batch.Settle(Reports({Confirm::kUnknown, Confirm::kDelivered, Confirm::kDelivered, Confirm::kUnroutable}));
  EXPECT_EQ(batch.Reached(before), before);
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(11, 14));
  batch.Settle(Reports({Confirm::kDelivered, Confirm::kUnroutable}));
  EXPECT_EQ(batch.Reached(before).xid, 13u);
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(14));
}

TEST(BatchTest, WhatIsRefusedForGoodHasArrived) {
  Batch batch({AnEvent(1, 1), AnEvent(2, 1)});
  batch.NextWave();
  batch.Settle(Reports({Confirm::kRefused}));
  EXPECT_THAT(Numbers(batch.NextWave()), ElementsAre(2));
  batch.Settle(Reports({Confirm::kRefused}));
  EXPECT_TRUE(batch.done());
}

}  // namespace
}  // namespace ordermesh::relay
