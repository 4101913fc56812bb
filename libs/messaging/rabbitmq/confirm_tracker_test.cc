#include "libs/messaging/rabbitmq/confirm_tracker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordermesh::rabbitmq {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

ConfirmTracker AllSent(std::uint64_t first_tag, std::size_t messages) {
  ConfirmTracker tracker(first_tag, messages);
  for (std::size_t i = 0; i < messages; ++i) tracker.Sent(i);
  return tracker;
}

TEST(ConfirmTrackerTest, EverythingIsUnknownUntilTheBrokerSpeaks) {
  ConfirmTracker tracker = AllSent(1, 3);
  EXPECT_EQ(tracker.outstanding(), 3u);
  EXPECT_THAT(tracker.outcomes(), Each(Outcome::kUnknown));
}

TEST(ConfirmTrackerTest, ConfirmsComeInAnyOrder) {
  ConfirmTracker tracker = AllSent(1, 3);
  EXPECT_TRUE(tracker.Ack(3, false));
  EXPECT_TRUE(tracker.Ack(1, false));
  EXPECT_EQ(tracker.outstanding(), 1u);
  EXPECT_THAT(tracker.outcomes(), ElementsAre(Outcome::kConfirmed, Outcome::kUnknown, Outcome::kConfirmed));
}

TEST(ConfirmTrackerTest, MultipleConfirmsAllUpToItsTagButNotWhatWasNacked) {
  ConfirmTracker tracker = AllSent(1, 4);
  EXPECT_TRUE(tracker.Nack(2, false));
  EXPECT_TRUE(tracker.Ack(3, true));
  EXPECT_EQ(tracker.outstanding(), 1u);
  EXPECT_THAT(tracker.outcomes(),
              ElementsAre(Outcome::kConfirmed, Outcome::kUnknown, Outcome::kConfirmed, Outcome::kUnknown));
}

TEST(ConfirmTrackerTest, MultipleOfTagZeroMeansAllThatWereSent) {
  ConfirmTracker tracker(1, 3);
  tracker.Sent(0);
  tracker.Sent(1);
  EXPECT_TRUE(tracker.Ack(0, true));
  EXPECT_EQ(tracker.outstanding(), 0u);
  EXPECT_THAT(tracker.outcomes(), ElementsAre(Outcome::kConfirmed, Outcome::kConfirmed, Outcome::kUnknown));
}

TEST(ConfirmTrackerTest, AReturnedMessageStaysReturnedThoughAnAckFollows) {
  ConfirmTracker tracker = AllSent(1, 2);
  tracker.Returned(0);
  EXPECT_EQ(tracker.outstanding(), 2u) << "the confirm still comes";
  EXPECT_TRUE(tracker.Ack(2, true));
  EXPECT_THAT(tracker.outcomes(), ElementsAre(Outcome::kReturned, Outcome::kConfirmed));
}

TEST(ConfirmTrackerTest, MultipleNackLeavesAllUnknown) {
  ConfirmTracker tracker = AllSent(1, 3);
  EXPECT_TRUE(tracker.Nack(2, true));
  EXPECT_TRUE(tracker.Ack(3, false));
  EXPECT_EQ(tracker.outstanding(), 0u);
  EXPECT_THAT(tracker.outcomes(), ElementsAre(Outcome::kUnknown, Outcome::kUnknown, Outcome::kConfirmed));
}

TEST(ConfirmTrackerTest, ConfirmingTwiceChangesNothing) {
  ConfirmTracker tracker = AllSent(1, 2);
  EXPECT_TRUE(tracker.Ack(1, false));
  EXPECT_TRUE(tracker.Nack(1, false));
  EXPECT_EQ(tracker.outstanding(), 1u);
  EXPECT_EQ(tracker.outcomes()[0], Outcome::kConfirmed);
}

TEST(ConfirmTrackerTest, ATagThatWasNeverSentIsAContradiction) {
  ConfirmTracker tracker = AllSent(5, 2);
  EXPECT_FALSE(tracker.Ack(7, false));
  EXPECT_FALSE(tracker.Ack(7, true));
  EXPECT_FALSE(tracker.Nack(~std::uint64_t{0}, true));
  EXPECT_FALSE(tracker.Ack(0, false));
  EXPECT_EQ(tracker.outstanding(), 2u);
}

TEST(ConfirmTrackerTest, LateConfirmsOfAnEarlierBatchArePassedOver) {
  ConfirmTracker tracker = AllSent(5, 2);
  EXPECT_TRUE(tracker.Ack(4, true));
  EXPECT_TRUE(tracker.Nack(1, false));
  EXPECT_EQ(tracker.outstanding(), 2u);
}

TEST(ConfirmTrackerTest, RefusedMessagesTakeNoTag) {
  ConfirmTracker tracker(1, 3);
  tracker.Sent(0);
  tracker.Refused(1);
  tracker.Sent(2);
  EXPECT_EQ(tracker.next_tag(), 3u);
  EXPECT_TRUE(tracker.Ack(2, false));
  EXPECT_THAT(tracker.outcomes(), ElementsAre(Outcome::kUnknown, Outcome::kRefused, Outcome::kConfirmed));
}

TEST(ConfirmTrackerTest, ListsWhatIsOutstanding) {
  ConfirmTracker tracker = AllSent(1, 4);
  tracker.Ack(1, false);
  tracker.Ack(3, false);
  std::vector<std::size_t> outstanding;
  tracker.ForEachOutstanding([&](std::size_t index) { outstanding.push_back(index); });
  EXPECT_THAT(outstanding, ElementsAre(1u, 3u));
}

}  // namespace
}  // namespace ordermesh::rabbitmq
