#include "libs/mesh/listen_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ListenAddressTest, ParsesHostAndPort) {
  for (const char* text : {"127.0.0.1:50051", "0.0.0.0:0", "localhost:80", "[::1]:65535", "[::]:0", "[fe80::1%lo]:1"}) {
    ASSERT_OK_AND_ASSIGN(const ListenAddress address, ListenAddress::Parse(text));
    EXPECT_EQ(address.ToString(), text);
  }
}

TEST(ListenAddressTest, RefusesOtherTexts) {
  for (const char* text : {"", "localhost", ":80", "host:", "host:port", "host:-1", "host:65536", "::1:80", ":::80",
                           "[::]", "[]:80", "[::1:80", "::1]:80", "[host]:80", "[[::1]]:80"}) {
    EXPECT_THAT(ListenAddress::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("host:port")))
        << text;
  }
}

// Whether a client reaches `port` at `host`.
bool Reaches(const char* host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  EXPECT_EQ(getaddrinfo(host, std::to_string(port).c_str(), &hints, &found), 0);
  const int fd = socket(found->ai_family, SOCK_STREAM, 0);
  const bool reached = connect(fd, found->ai_addr, found->ai_addrlen) == 0;
  close(fd);
  freeaddrinfo(found);
  return reached;
}

struct Listening {
  const char* host;
  bool v4, v6;
};
class ListenTest : public ::testing::TestWithParam<Listening> {};
TEST_P(ListenTest, IsReachedByWhomItSays) {
  ListenAddress address{GetParam().host, 0};
  ASSERT_OK_AND_ASSIGN(const int fd, Listen(address));
  EXPECT_NE(address.port, 0);
  EXPECT_EQ(Reaches("127.0.0.1", address.port), GetParam().v4);
  EXPECT_EQ(Reaches("::1", address.port), GetParam().v6);
  EXPECT_THAT(CheckListen("listen", address.ToString()),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("already in use")));
  close(fd);
  EXPECT_THAT(CheckListen("listen", address.ToString()), IsOk());
}
INSTANTIATE_TEST_SUITE_P(Hosts, ListenTest,
                         ::testing::Values(Listening{"127.0.0.1", true, false}, Listening{"0.0.0.0", true, false},
                                           Listening{"[::1]", false, true}, Listening{"[::]", true, true}));

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
