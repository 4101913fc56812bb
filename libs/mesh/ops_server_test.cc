#include "libs/mesh/ops_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A connection to the server, by IPv4 or IPv6.
class Client {
 public:
  explicit Client(const std::string& address, const char* host = "127.0.0.1") {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    EXPECT_EQ(getaddrinfo(host, address.substr(address.rfind(':') + 1).c_str(), &hints, &found), 0);
    fd_ = socket(found->ai_family, SOCK_STREAM, 0);
    EXPECT_EQ(connect(fd_, found->ai_addr, found->ai_addrlen), 0) << address;
    freeaddrinfo(found);
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Whether it was taken.
  bool Send(const std::string& bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  // What the server says until it hangs up.
  std::string ReadAll() {
    std::string answer;
    char buffer[4096];
    for (ssize_t n; (n = read(fd_, buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
    return answer;
  }

 private:
  int fd_ = -1;
};

std::string Ask(const std::string& address, const std::string& method, const std::string& path,
                const char* host = "127.0.0.1") {
  Client client(address, host);
  EXPECT_TRUE(client.Send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"));
  return client.ReadAll();
}

class OpsServerTest : public ::testing::Test {
 protected:
  OpsServerTest() {
    auto started = OpsServer::Start("127.0.0.1:0", metrics_, readiness_);
    EXPECT_THAT(started, IsOk());
    server_ = *std::move(started);
  }
  std::string Get(const std::string& path) { return Ask(server_->address(), "GET", path); }

  base::Metrics metrics_;
  Readiness readiness_{{"postgres", "rabbitmq"}};
  std::unique_ptr<OpsServer> server_;
};

TEST_F(OpsServerTest, IsAliveWhateverItsDependenciesDo) {
  EXPECT_THAT(Get("/healthz"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\n\r\n{\"alive\":true}\n")));
}

TEST_F(OpsServerTest, NamesEachFailingDependencyAndWhy) {
  readiness_.Report("rabbitmq", absl::OkStatus());
  readiness_.Report("postgres", absl::UnavailableError("connection \"refused\""));
  EXPECT_THAT(
      Get("/readyz"),
      AllOf(StartsWith("HTTP/1.1 503 Service Unavailable\r\n"), HasSubstr("Content-Type: application/json\r\n"),
            HasSubstr("{\"ready\":false,\"groups\":{},\"dependencies\":{\"postgres\":\"failing\",\"rabbitmq\":\"ok\"},"
                      "\"failing\":[{\"dependency\":\"postgres\",\"reason\":\"connection \\\"refused\\\"\"}]}")));
  readiness_.Report("postgres", absl::OkStatus());
  EXPECT_THAT(Get("/readyz"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("{\"ready\":true")));
}

TEST_F(OpsServerTest, SaysThatItDrains) {
  readiness_.StartDraining();
  EXPECT_THAT(Get("/readyz"), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("\"dependency\":\"draining\"")));
}

TEST_F(OpsServerTest, ServesTheMetrics) {
  metrics_.AddCounter("ordermesh_things_total", "Things.").Add(2);
  EXPECT_THAT(Get("/metrics"), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("text/plain; version=0.0.4"),
                                     HasSubstr("ordermesh_things_total 2\n")));
}

TEST_F(OpsServerTest, RefusesWhatItDoesNotServe) {
  EXPECT_THAT(Get("/etc/passwd"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(Ask(server_->address(), "POST", "/metrics"), StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(Ask(server_->address(), "HEAD", "/healthz"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), Not(HasSubstr("alive"))));
}

// Those that say nothing, and those that say a little and never end it.
TEST_F(OpsServerTest, AnswersWhileOthersHoldConnections) {
  std::vector<std::unique_ptr<Client>> idle, slow;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<Client>(server_->address()));
    slow.push_back(std::make_unique<Client>(server_->address()));
    ASSERT_TRUE(slow.back()->Send("GET /metrics HTTP/1.1\r\nHost: "));
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(Get("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(Get("/readyz"), StartsWith("HTTP/1.1 503 "));
    for (const std::unique_ptr<Client>& client : slow) ASSERT_TRUE(client->Send("x"));
  }
  // Nobody was hung up on meanwhile: whoever ends a request is answered.
  ASSERT_TRUE(slow.front()->Send("\r\n\r\n"));
  EXPECT_THAT(slow.front()->ReadAll(), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(OpsServerTest, HangsUpOnWhoIsIdle) {
  Client idle(server_->address());
  EXPECT_EQ(idle.ReadAll(), "");
}

TEST_F(OpsServerTest, EndsWhileOthersHoldConnections) {
  Client idle(server_->address()), slow(server_->address());
  ASSERT_TRUE(slow.Send("GET /hea"));
  server_.reset();
  EXPECT_EQ(idle.ReadAll(), "");
  EXPECT_EQ(slow.ReadAll(), "");
}

TEST_F(OpsServerTest, ListensOnIpv6AndOnBoth) {
  ASSERT_OK_AND_ASSIGN(auto six, OpsServer::Start("[::1]:0", metrics_, readiness_));
  EXPECT_THAT(six->address(), StartsWith("[::1]:"));
  EXPECT_THAT(Ask(six->address(), "GET", "/healthz", "::1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  ASSERT_OK_AND_ASSIGN(auto both, OpsServer::Start("[::]:0", metrics_, readiness_));
  EXPECT_THAT(Ask(both->address(), "GET", "/healthz", "::1"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Ask(both->address(), "GET", "/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(OpsServerTest, SaysThatItsPortIsTaken) {
  EXPECT_THAT(OpsServer::Start(server_->address(), metrics_, readiness_),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("ops_listen"), HasSubstr(server_->address()), HasSubstr("already in use"))));
  EXPECT_THAT(OpsServer::Start("nonsense", metrics_, readiness_), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ordermesh::mesh
