#include "libs/stream/testing/queue_conformance.h"

#include <gmock/gmock.h>

#include <iterator>
#include <utility>

#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<rabbitmq::Delivery> QueueConformance::Receive(std::size_t count, int max) {
  std::vector<rabbitmq::Delivery> all;
  while (all.size() < count) {
    absl::StatusOr<std::vector<rabbitmq::Delivery>> some = queue_.Receive(max, absl::Seconds(5));
    EXPECT_THAT(some, IsOk());
    if (!some.ok() || some->empty()) break;
    std::move(some->begin(), some->end(), std::back_inserter(all));
  }
  return all;
}

namespace {

std::vector<std::string> Bodies(const std::vector<rabbitmq::Delivery>& deliveries) {
  std::vector<std::string> bodies;
  for (const rabbitmq::Delivery& delivery : deliveries) bodies.push_back(delivery.message.body);
  return bodies;
}

TEST_P(QueueConformance, GivesAsManyUnsettledOnesAsWereAskedFor) {
  harness_->Publish({"a", "b", "c", "d"});
  ASSERT_THAT(queue_.Open(), IsOk());
  ASSERT_THAT(queue_.Consume(2), IsOk());
  const std::vector<rabbitmq::Delivery> two = Receive(2);
  ASSERT_THAT(Bodies(two), ElementsAre("a", "b"));
  EXPECT_THAT(queue_.Receive(10, absl::Milliseconds(100)), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(queue_.Ack(two[1].tag, /*multiple=*/true), IsOk());
  EXPECT_THAT(Bodies(Receive(2)), ElementsAre("c", "d"));
}

TEST_P(QueueConformance, PausedItGivesWhatHadComeAndNoMore) {
  harness_->Publish({"a", "b", "c", "d"});
  ASSERT_THAT(queue_.Open(), IsOk());
  ASSERT_THAT(queue_.Consume(3), IsOk());
  std::vector<rabbitmq::Delivery> taken = Receive(1, /*max=*/1);
  ASSERT_OK_AND_ASSIGN(std::vector<rabbitmq::Delivery> rest, queue_.Pause());
  std::move(rest.begin(), rest.end(), std::back_inserter(taken));
  ASSERT_THAT(Bodies(taken), ElementsAre("a", "b", "c"));

  ASSERT_THAT(queue_.Ack(taken[2].tag, /*multiple=*/false), IsOk());
  ASSERT_THAT(queue_.Ack(taken[0].tag, /*multiple=*/false), IsOk());
  ASSERT_THAT(queue_.Consume(1), IsOk());
  std::vector<rabbitmq::Delivery> next = Receive(1);
  ASSERT_THAT(Bodies(next), ElementsAre("d"));
  EXPECT_THAT(queue_.Receive(10, absl::Milliseconds(100)), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(queue_.Ack(taken[1].tag, /*multiple=*/false), IsOk()) << "taken before the pause";
  ASSERT_THAT(queue_.Ack(next[0].tag, /*multiple=*/false), IsOk());

  ASSERT_THAT(queue_.Open(), IsOk());
  ASSERT_THAT(queue_.Consume(10), IsOk());
  EXPECT_THAT(queue_.Receive(10, absl::Milliseconds(100)), IsOkAndHolds(IsEmpty())) << "all were settled";
}

TEST_P(QueueConformance, WhatIsLostComesAgainAndIsCounted) {
  harness_->Publish({"a", "b"});
  ASSERT_THAT(queue_.Open(), IsOk());
  ASSERT_THAT(queue_.Consume(10), IsOk());
  const std::vector<rabbitmq::Delivery> first = Receive(2);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_FALSE(first[0].redelivered);
  EXPECT_EQ(first[0].delivery_count, 0);
  ASSERT_THAT(queue_.Open(), IsOk());
  EXPECT_THAT(queue_.Ack(first[1].tag, /*multiple=*/true), StatusIs(absl::StatusCode::kUnavailable));
  ASSERT_THAT(queue_.Consume(10), IsOk());
  const std::vector<rabbitmq::Delivery> again = Receive(2);
  ASSERT_THAT(Bodies(again), ElementsAre("a", "b"));
  for (const rabbitmq::Delivery& delivery : again) {
    EXPECT_TRUE(delivery.redelivered);
    EXPECT_EQ(delivery.delivery_count, 1);
  }
  ASSERT_THAT(queue_.Ack(again[1].tag, /*multiple=*/true), IsOk());
}

TEST_P(QueueConformance, WhatIsGivenBackComesBeforeTheOthersUntilItIsBuried) {
  harness_->Publish({"x", "b"});
  ASSERT_THAT(queue_.Open(), IsOk());
  ASSERT_THAT(queue_.Consume(1), IsOk());
  for (int count = 0; count <= kHarnessLimit; ++count) {
    const std::vector<rabbitmq::Delivery> one = Receive(1);
    ASSERT_THAT(Bodies(one), ElementsAre("x"));
    EXPECT_EQ(one[0].delivery_count, count);
    ASSERT_THAT(queue_.Reject(one[0].tag, /*requeue=*/true), IsOk());
  }
  const std::vector<rabbitmq::Delivery> other = Receive(1);
  ASSERT_THAT(Bodies(other), ElementsAre("b"));
  ASSERT_THAT(queue_.Reject(other[0].tag, /*requeue=*/false), IsOk());
  EXPECT_THAT(harness_->Buried(), ElementsAre("x", "b"));
}

}  // namespace
}  // namespace ordermesh::stream
