#include "libs/registry/framings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/timestamp.pb.h"
#include "libs/registry/topic_values.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/http_server.h"
#include "libs/testing/jumping_timer.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::registry {
namespace {

using ::ordermesh::testing::HttpAnswer;
using ::ordermesh::testing::HttpServer;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using Code = absl::StatusCode;

class FramingsTest : public ::testing::Test {
 protected:
  Framings Make(std::string url) {
    // A file without imports.
    return Framings({.url = std::move(url)}, {{"t", google::protobuf::Timestamp::descriptor()}}, timer_, random_);
  }

  testing::JumpingTimer timer_;
  testing::FakeRandom random_;
};

TEST_F(FramingsTest, WithoutARegistryThereIsNone) {
  Framings framings = Make("");
  EXPECT_THAT(framings.Of("t"), IsOkAndHolds(""));
  EXPECT_THAT(framings.Check(), IsOk());
}

TEST_F(FramingsTest, TheRegistryIsAskedUntilItKnowsAndThenNeverAgain) {
  HttpServer server({HttpAnswer("404 Not Found", R"({"message":"no such subject"})"),
                     HttpAnswer("404 Not Found", R"({"message":"no such subject"})"),
                     HttpAnswer("200 OK", R"({"id":258,"version":1})")});
  Framings framings = Make(server.Url(""));
  EXPECT_THAT(framings.Check(), StatusIs(Code::kFailedPrecondition));
  const std::string framing("\0\0\0\1\2\0", 6);
  EXPECT_THAT(framings.Of("t"), IsOkAndHolds(framing));
  EXPECT_THAT(framings.Of("t"), IsOkAndHolds(framing));
  EXPECT_THAT(framings.Check(), IsOk());
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST_F(FramingsTest, ATopicThatIsNotKnownIsAFaultOfOurs) {
  HttpServer server({HttpAnswer("200 OK", R"({"id":258,"version":1})")});
  EXPECT_THAT(Make(server.Url("")).Of("other").status(), StatusIs(Code::kInternal));
}

TEST(TopicValuesTest, EachTopicStandsOnce) {
  std::map<std::string, int> topics;
  for (const TopicValue& value : TopicValues()) {
    EXPECT_NE(value.message, nullptr);
    EXPECT_EQ(++topics[value.topic], 1) << value.topic;
  }
  EXPECT_THAT(topics, ::testing::Contains(::testing::Key("orders.events")));
  EXPECT_THAT(topics, ::testing::Contains(::testing::Key("catalog.events")));
}

}  // namespace
}  // namespace ordermesh::registry
