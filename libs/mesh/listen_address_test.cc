#include "libs/mesh/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ListenAddressTest, ParsesHostAndPort) {
  for (const char* text : {"127.0.0.1:50051", "0.0.0.0:0", "localhost:80", "[::1]:65535"}) {
    ASSERT_OK_AND_ASSIGN(const ListenAddress address, ListenAddress::Parse(text));
    EXPECT_EQ(address.ToString(), text);
  }
}

TEST(ListenAddressTest, RefusesOtherTexts) {
  for (const char* text : {"", "localhost", ":80", "host:", "host:port", "host:-1", "host:65536"}) {
    EXPECT_THAT(ListenAddress::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("host:port")))
        << text;
  }
}

TEST(DescribeListenFailureTest, SaysWhy) {
  EXPECT_EQ(DescribeListenFailure({"192.0.2.1", 1}), "Cannot assign requested address");
}

TEST(CheckListenTest, SaysWhatIsWrongOfWhichSetting) {
  EXPECT_THAT(CheckListen("listen", "127.0.0.1:0"), IsOk());
  EXPECT_THAT(CheckListen("listen", "nowhere"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("listen: ")));
  EXPECT_THAT(CheckListen("ops_listen", "192.0.2.1:1"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("ops_listen: cannot listen on 192.0.2.1:1: ")));
}

}  // namespace
}  // namespace ordermesh::mesh
