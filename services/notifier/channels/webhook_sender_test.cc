#include "services/notifier/channels/webhook_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/base/timer.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/http_request.h"
#include "libs/testing/tcp_server.h"
#include "services/notifier/testing/events.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::HttpRequest;
using ::ordermesh::testing::TcpServer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Kind = SendResult::Kind;

ClaimedNotification AClaimedNotification() {
  ClaimedNotification notification;
  notification.event = AnEvent(1);
  notification.event.payload = R"({"specversion":"1.0"})";
  return notification;
}

// Answers the first request of each connection with `answer`, and keeps the requests.
class WebhookSenderTest : public ::testing::Test {
 protected:
  SendResult SendTo(const std::string& answer, absl::Duration timeout = absl::Seconds(10)) {
    TcpServer server([&](TcpServer::Connection& connection, int) {
      HttpRequest request = testing::ReadHttpRequest(connection);
      {
        base::MutexLock lock(mu_);
        requests_.push_back(std::move(request));
      }
      connection.Write(answer);
      if (answer.empty()) connection.WaitForEnd();
    });
    WebhookSender sender(
        {.url = absl::StrCat("http://127.0.0.1:", server.port(), "/hook"), .proxy = "", .attempt_timeout = timeout},
        base::SystemTimer(), random_);
    return sender.Send(AClaimedNotification());
  }

  testing::FakeRandom random_;
  base::Mutex mu_;
  std::vector<HttpRequest> requests_;
};

TEST_F(WebhookSenderTest, PostsTheEventWithItsIdAndTrace) {
  EXPECT_EQ(SendTo("HTTP/1.1 204 No Content\r\n\r\n").kind, Kind::kSent);
  ASSERT_THAT(requests_, SizeIs(1));
  const HttpRequest& request = requests_[0];
  EXPECT_EQ(request.lines[0], "POST /hook HTTP/1.1");
  EXPECT_THAT(request.lines, Contains("Content-Type: application/cloudevents+json; charset=UTF-8"));
  EXPECT_THAT(request.lines, Contains(absl::StrCat("X-Ordermesh-Event-Id: ", AnEvent(1).id.ToString())));
  EXPECT_THAT(request.lines, Contains(absl::StrCat("X-Ordermesh-Order-Id: ", AnEvent(1).order_id.ToString())));
  EXPECT_THAT(request.lines, Contains(StartsWith("traceparent: 00-0af7651916cd43dd8448eb211c80319c-")));
  EXPECT_EQ(request.body, R"({"specversion":"1.0"})");
}

TEST_F(WebhookSenderTest, ATraceThatIsNoneCannotAddHeaders) {
  ClaimedNotification notification = AClaimedNotification();
  notification.event.traceparent = "x\r\nX-Evil: 1";
  std::vector<std::string> lines;
  TcpServer server([&](TcpServer::Connection& connection, int) {
    lines = testing::ReadHttpRequest(connection).lines;
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  WebhookSender sender({.url = absl::StrCat("http://127.0.0.1:", server.port()), .proxy = ""}, base::SystemTimer(),
                       random_);
  EXPECT_EQ(sender.Send(notification).kind, Kind::kSent);
  for (const std::string& line : lines) EXPECT_FALSE(absl::StartsWithIgnoreCase(line, "x-evil")) << line;
}

TEST_F(WebhookSenderTest, JudgesTheAnswer) {
  const SendResult busy = SendTo("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(busy.kind, Kind::kTransient);
  EXPECT_EQ(busy.error, "webhook_429");
  EXPECT_EQ(busy.retry_after, absl::Seconds(7));
  EXPECT_EQ(SendTo("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n").kind, Kind::kPermanent);
  EXPECT_EQ(SendTo("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n").error, "webhook_500");
}

TEST_F(WebhookSenderTest, FollowsNoRedirect) {
  const SendResult result = SendTo("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(result.kind, Kind::kPermanent);
  EXPECT_EQ(result.error, "webhook_302");
  EXPECT_THAT(requests_, SizeIs(1));
}

TEST_F(WebhookSenderTest, AnAnswerTooLongIsCutAndCountsByItsStatus) {
  const std::string answer = absl::StrCat("HTTP/1.1 200 OK\r\n\r\n", std::string(1 << 20, 'x'));
  EXPECT_EQ(SendTo(answer).kind, Kind::kSent);
}

TEST_F(WebhookSenderTest, AHangIsCutAndTriedAgain) {
  const SendResult result = SendTo("", absl::Milliseconds(200));
  EXPECT_EQ(result.kind, Kind::kUnreachable);
  EXPECT_EQ(result.error, "webhook_timeout");
}

TEST_F(WebhookSenderTest, NobodyThereIsTriedAgain) {
  WebhookSender sender({.url = "http://127.0.0.1:1/", .proxy = ""}, base::SystemTimer(), random_);
  const SendResult result = sender.Send(AClaimedNotification());
  EXPECT_EQ(result.kind, Kind::kUnreachable);
  EXPECT_EQ(result.error, "webhook_connection");
}

TEST_F(WebhookSenderTest, GarbageIsTriedAgain) { EXPECT_EQ(SendTo("SSH-2.0-OpenSSH\r\n").kind, Kind::kUnreachable); }

}  // namespace
}  // namespace ordermesh::notifier
