#include "libs/mesh/ops_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// What the server answers to one request, until it hangs up.
std::string Ask(const std::string& address, const std::string& method, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  const std::string request = method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
  EXPECT_EQ(write(fd, request.data(), request.size()), static_cast<ssize_t>(request.size()));
  std::string answer;
  char buffer[4096];
  for (ssize_t n; (n = read(fd, buffer, sizeof buffer)) > 0;) answer.append(buffer, static_cast<std::size_t>(n));
  close(fd);
  return answer;
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
            HasSubstr("{\"ready\":false,\"dependencies\":{\"postgres\":\"failing\",\"rabbitmq\":\"ok\"},"
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

TEST_F(OpsServerTest, SaysThatItsPortIsTaken) {
  EXPECT_THAT(OpsServer::Start(server_->address(), metrics_, readiness_),
              StatusIs(absl::StatusCode::kUnavailable,
                       AllOf(HasSubstr("ops_listen"), HasSubstr(server_->address()), HasSubstr("already in use"))));
  EXPECT_THAT(OpsServer::Start("nonsense", metrics_, readiness_), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ordermesh::mesh
