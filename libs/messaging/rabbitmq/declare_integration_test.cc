// Declaring at a real broker, and looking at what is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/rabbitmq/connection_for_test.h"
#include "libs/messaging/rabbitmq/topology.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

class DeclareTest : public BrokerTest {};

TEST_F(DeclareTest, DeclaredWithOtherArgumentsNamesTheDifference) {
  DeclareQueue(3);
  EXPECT_THAT(connection_.DeclareQueue(Spec(5)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("x-delivery-limit")));
  EXPECT_THAT(connection_.AssertQueue(Spec(5)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::AllOf(HasSubstr("x-delivery-limit"), HasSubstr("5"), HasSubstr("3"))));
  EXPECT_THAT(connection_.AssertQueue(Spec(3)), IsOk());
  EXPECT_THAT(connection_.AssertExchange(queue_, "direct"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("type")));
}

TEST_F(DeclareTest, LookingAtWhatIsMissingCreatesNothing) {
  EXPECT_THAT(connection_.CheckQueue(queue_), StatusIs(absl::StatusCode::kNotFound, HasSubstr(queue_)));
  EXPECT_THAT(connection_.AssertQueue(Spec(3)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(connection_.CheckExchange(queue_, "topic"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(connection_.AssertExchange(queue_, "topic"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(connection_.CheckQueue(queue_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(DeclareTest, TopologyIsDeclaredOnceAndChecked) {
  const Topology part = {.exchanges = {{queue_, "topic"}}};
  const Topology all = {.exchanges = {{Dead(), "fanout"}, {queue_, "topic"}},
                        .queues = {{.name = Dead()}, Spec(3)},
                        .bindings = {{Dead(), Dead(), ""}, {queue_, queue_, "order.#"}}};
  EXPECT_THAT(CheckTopology(connection_, all), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(DeclareTopology(connection_, part), IsOk());
  EXPECT_THAT(CheckTopology(connection_, part), IsOk()) << "who uses no other needs no other";
  EXPECT_THAT(CheckTopology(connection_, all), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(DeclareTopology(connection_, all), IsOk());
  EXPECT_THAT(DeclareTopology(connection_, all), IsOk()) << "again";
  EXPECT_THAT(CheckTopology(connection_, all), IsOk());
  const PublishReport report = connection_.Publish(Messages(1), 1, kLong);
  EXPECT_THAT(report.outcomes, ::testing::ElementsAre(Outcome::kConfirmed)) << "the queue is bound";
  Topology other = all;
  other.queues.back() = Spec(5);
  EXPECT_THAT(CheckTopology(connection_, other),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("x-delivery-limit")));
}

}  // namespace
}  // namespace ordermesh::rabbitmq
