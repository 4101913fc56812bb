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
  EXPECT_THAT(CheckTopology(connection_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(DeclareTopology(connection_), IsOk());
  EXPECT_THAT(DeclareTopology(connection_), IsOk()) << "again";
  EXPECT_THAT(CheckTopology(connection_), IsOk());
}

}  // namespace
}  // namespace ordermesh::rabbitmq
