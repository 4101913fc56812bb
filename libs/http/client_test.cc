#include "libs/http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/http_server.h"
#include "libs/testing/jumping_timer.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_server.h"

namespace ordermesh::http {
namespace {

using ::ordermesh::testing::HttpAnswer;
using ::ordermesh::testing::HttpRequest;
using ::ordermesh::testing::HttpServer;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::kCut;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TcpServer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::Pointee;
using ::testing::SizeIs;
using Code = absl::StatusCode;

class ClientTest : public ::testing::Test {
 protected:
  Client Make(ClientOptions options = {}) { return Client(std::move(options), timer_, random_); }
  ClientOptions Patient() {
    return {.max_attempts = 3, .pauses = {.initial = absl::Seconds(1), .max = absl::Seconds(8), .jitter = 0}};
  }

  testing::JumpingTimer timer_;
  testing::FakeRandom random_;
};

TEST_F(ClientTest, SendsMethodHeadersAndBodyAndGivesTheAnswer) {
  HttpServer server({HttpAnswer("201 Created", "made", "ETag: \"7\"\r\nX-Two: 1\r\nX-Two: 2\r\n")});
  const Result result = Make({.user_agent = "test"})
                            .Send({.method = "PUT",
                                   .url = server.Url("/a?b=c"),
                                   .headers = {{"X-Own", "1"}, {"Content-Type", "text/csv"}},
                                   .body = "what"});
  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.kind, Kind::kDone);
  EXPECT_EQ(result.reply.status, 201);
  EXPECT_EQ(result.reply.body, "made");
  EXPECT_THAT(result.reply.Find("etag"), Pointee(std::string("\"7\"")));
  EXPECT_EQ(result.reply.Find("no"), nullptr);
  EXPECT_THAT(result.reply.headers, AllOf(Contains(Pair("x-two", "1")), Contains(Pair("x-two", "2"))));
  ASSERT_THAT(server.requests(), SizeIs(1));
  const HttpRequest request = server.requests()[0];
  EXPECT_EQ(request.lines[0], "PUT /a?b=c HTTP/1.1");
  EXPECT_EQ(request.Header("x-own"), "1");
  EXPECT_EQ(request.Header("content-type"), "text/csv");
  EXPECT_EQ(request.Header("user-agent"), "test");
  EXPECT_EQ(request.Header("expect"), "");
  EXPECT_EQ(request.body, "what");
}

TEST_F(ClientTest, EveryMethodHasItsShape) {
  HttpServer server({HttpAnswer("200 OK")});
  Client client = Make();
  for (const char* method : {"GET", "HEAD", "DELETE", "POST", "PUT", "PATCH"}) {
    EXPECT_TRUE(client.Send({.method = method, .url = server.Url()}).ok()) << method;
    EXPECT_EQ(server.requests().back().lines[0], absl::StrCat(method, " / HTTP/1.1"));
  }
  EXPECT_TRUE(client.Send({.method = "GET", .url = server.Url(), .body = "{}"}).ok());
  EXPECT_EQ(server.requests().back().lines[0], "GET / HTTP/1.1");
  EXPECT_EQ(server.requests().back().body, "{}") << "as search servers want it";
}

TEST_F(ClientTest, KeepsItsConnection) {
  HttpServer server({HttpAnswer("200 OK", "a")});
  Client client = Make();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(client.Send({.url = server.Url()}).ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ClientTest, AKeptConnectionThatTheServerHasClosedIsReplaced) {
  HttpServer server({absl::StrCat(HttpAnswer("200 OK"), kCut)});
  Client client = Make();
  for (int i = 1; i <= 3; ++i) {
    EXPECT_TRUE(client.Send({.method = "POST", .url = server.Url(), .body = "x"}).ok());
    EXPECT_EQ(server.connections(), i);
  }
}

TEST_F(ClientTest, TellsFailuresApart) {
  Client client = Make();
  Result result = client.Send({.url = "http://127.0.0.1:1/"});
  EXPECT_EQ(result.kind, Kind::kUnreachable);
  EXPECT_THAT(result.status, StatusIs(Code::kUnavailable, HasSubstr("http://127.0.0.1:1: ")));
  EXPECT_EQ(result.reply.status, 0);

  for (const char* garbage : {kCut, "SSH-2.0-OpenSSH\r\n<cut>", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\na<cut>"}) {
    HttpServer server({garbage});
    EXPECT_EQ(client.Send({.url = server.Url()}).kind, Kind::kLost) << garbage;
  }

  HttpServer refusing({HttpAnswer("403 Forbidden", "<Code>AccessDenied</Code>")});
  result = client.Send({.url = refusing.Url()});
  EXPECT_EQ(result.kind, Kind::kRefused);
  EXPECT_THAT(result.status, StatusIs(Code::kPermissionDenied, HasSubstr("answered 403")));
  EXPECT_EQ(result.reply.body, "<Code>AccessDenied</Code>") << "for who can read it";
}

TEST_F(ClientTest, WhatDoesNotSpeakTlsIsNotTrusted) {
  TcpServer server([](TcpServer::Connection& connection, int) {
    connection.Write("HTTP/1.1 400 Bad Request\r\n\r\n");
    connection.WaitForEnd();
  });
  EXPECT_EQ(Make().Send({.url = absl::StrCat("https://127.0.0.1:", server.port())}).kind, Kind::kUntrusted);
}

TEST_F(ClientTest, AHangIsCut) {
  HttpServer server({""});
  const Result result = Make({.attempt_timeout = absl::Milliseconds(100)}).Send({.url = server.Url()});
  EXPECT_EQ(result.kind, Kind::kTimedOut);
  EXPECT_THAT(result.status, StatusIs(Code::kDeadlineExceeded));
}

TEST_F(ClientTest, TheDeadlineBoundsAnAttempt) {
  HttpServer server({""});
  Client client = Make();
  EXPECT_EQ(client.Send({.url = server.Url()}, base::Deadline::In(absl::Milliseconds(100), timer_)).kind,
            Kind::kTimedOut);
  EXPECT_EQ(client.Send({.url = server.Url()}, base::Deadline::In(absl::ZeroDuration(), timer_)).kind, Kind::kTimedOut);
  EXPECT_THAT(server.requests(), SizeIs(1)) << "without time none is sent";
}

TEST_F(ClientTest, AStopEndsARequestUnderWay) {
  HttpServer server({""});
  Client client = Make();
  std::stop_source stop;
  std::jthread stopper([&] {
    server.WaitForRequest();
    stop.request_stop();
  });
  const Result result = client.Send({.url = server.Url()}, base::Deadline::Never(), stop.get_token());
  EXPECT_EQ(result.kind, Kind::kStopped);
  EXPECT_THAT(result.status, StatusIs(Code::kCancelled));
}

TEST_F(ClientTest, StreamsAnAnswer) {
  const std::string body(5 << 20, 'x');
  HttpServer server({HttpAnswer("200 OK", body)});
  std::size_t taken = 0;
  const Result result = Make().Send({.url = server.Url(), .max_reply_bytes = 5 << 20, .on_body = [&](auto bytes) {
                                       taken += bytes.size();
                                       return absl::OkStatus();
                                     }});
  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(taken, body.size());
  EXPECT_THAT(result.reply.body, IsEmpty());
}

TEST_F(ClientTest, WhoTakesTheBodyMayEndIt) {
  HttpServer server({HttpAnswer("200 OK", "a,b")});
  const Result result = Make(Patient()).Send({.url = server.Url(), .repeatable = true, .on_body = [](auto) {
                                                return absl::DataLossError("line 1: no such column");
                                              }});
  EXPECT_EQ(result.kind, Kind::kStopped);
  EXPECT_THAT(result.status, StatusIs(Code::kDataLoss, "line 1: no such column"));
  EXPECT_EQ(result.attempts, 1);
}

TEST_F(ClientTest, TheBodyOfARefusalIsNotStreamed) {
  HttpServer server({HttpAnswer("404 Not Found", "no such key")});
  const Result result = Make().Send({.url = server.Url(), .on_body = [](auto) {
                                       ADD_FAILURE();
                                       return absl::OkStatus();
                                     }});
  EXPECT_EQ(result.reply.body, "no such key");
}

TEST_F(ClientTest, AnAnswerIsBounded) {
  HttpServer server({HttpAnswer("200 OK", std::string(1001, 'x')), HttpAnswer("200 OK", std::string(1000, 'x')),
                     HttpAnswer("500 Oops", std::string(kMaxRefusalBytes + 1, 'x')),
                     absl::StrCat("HTTP/1.1 200 OK\r\nX: ", std::string(70 << 10, 'x'), "\r\n\r\n")});
  Client client = Make();
  Result result = client.Send({.url = server.Url(), .max_reply_bytes = 1000});
  EXPECT_EQ(result.kind, Kind::kTooLarge);
  EXPECT_EQ(result.reply.status, 200);
  EXPECT_THAT(result.status, StatusIs(Code::kResourceExhausted));
  EXPECT_TRUE(client.Send({.url = server.Url(), .max_reply_bytes = 1000}).ok());
  result = client.Send({.url = server.Url(), .max_reply_bytes = 1000});
  EXPECT_EQ(result.kind, Kind::kBroken);
  EXPECT_THAT(result.reply.body, SizeIs(kMaxRefusalBytes));
  EXPECT_EQ(client.Send({.url = server.Url()}).kind, Kind::kTooLarge) << "its headers";
}

// "321" each time that it is sent.
StreamedBody CountDown() {
  return {[] {
            return [left = 3](char* to, std::size_t) mutable -> absl::StatusOr<std::size_t> {
              if (left == 0) return 0;
              *to = static_cast<char>('0' + left--);
              return 1;
            };
          },
          3};
}

TEST_F(ClientTest, StreamsABodyAnewEachTime) {
  HttpServer server({HttpAnswer("500 Oops"), HttpAnswer("200 OK")});
  const Result result =
      Make(Patient()).Send({.method = "PUT", .url = server.Url(), .streamed = CountDown(), .repeatable = true});
  EXPECT_EQ(result.attempts, 2);
  ASSERT_THAT(server.requests(), SizeIs(2));
  for (const HttpRequest& request : server.requests()) {
    EXPECT_EQ(request.lines[0], "PUT / HTTP/1.1");
    EXPECT_EQ(request.body, "321");
  }
}

TEST_F(ClientTest, ABodyThatCannotBeReadEndsTheRequest) {
  HttpServer server({HttpAnswer("200 OK")});
  const Result result =
      Make().Send({.method = "POST",
                   .url = server.Url(),
                   .streamed = StreamedBody{[] {
                                              return [](char*, std::size_t) -> absl::StatusOr<std::size_t> {
                                                return absl::NotFoundError("no such file");
                                              };
                                            },
                                            3}});
  EXPECT_EQ(result.kind, Kind::kStopped);
  EXPECT_THAT(result.status, StatusIs(Code::kNotFound, "no such file"));
}

TEST_F(ClientTest, TriesAgainAsLateAsTheServerAsksFor) {
  HttpServer server(
      {HttpAnswer("503 Busy"), HttpAnswer("429 Too Many", "", "Retry-After: 7\r\n"), HttpAnswer("200 OK")});
  const Result result = Make(Patient()).Send({.method = "POST", .url = server.Url(), .body = "x"});
  EXPECT_THAT(result.status, IsOk());
  EXPECT_EQ(result.attempts, 3);
  EXPECT_THAT(timer_.slept(), ElementsAre(absl::Seconds(1), absl::Seconds(7)));
}

TEST_F(ClientTest, GivesUpWhenThereIsNoTimeForWhatTheServerAsksFor) {
  HttpServer server({HttpAnswer("503 Busy", "", "Retry-After: 60\r\n")});
  const Result result = Make(Patient()).Send({.url = server.Url()}, base::Deadline::In(absl::Seconds(30), timer_));
  EXPECT_EQ(result.kind, Kind::kBusy);
  EXPECT_EQ(result.retry_after, absl::Seconds(60));
  EXPECT_EQ(result.attempts, 1);
  EXPECT_THAT(timer_.slept(), IsEmpty());
}

TEST_F(ClientTest, WhatMayHaveBeenDoneIsSentAgainOnlyWhenItIsRepeatable) {
  HttpServer server({HttpAnswer("500 Oops")});
  Client client = Make(Patient());
  EXPECT_EQ(client.Send({.method = "POST", .url = server.Url()}).attempts, 1);
  const Result result = client.Send({.method = "POST", .url = server.Url(), .repeatable = true});
  EXPECT_EQ(result.attempts, 3);
  EXPECT_EQ(result.kind, Kind::kBroken);
}

TEST_F(ClientTest, WhatWasTakenIsNotTakenTwice) {
  HttpServer server({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc<cut>"});
  std::string taken;
  const Result result = Make(Patient()).Send({.url = server.Url(), .repeatable = true, .on_body = [&](auto bytes) {
                                                absl::StrAppend(&taken, bytes);
                                                return absl::OkStatus();
                                              }});
  EXPECT_EQ(result.kind, Kind::kLost);
  EXPECT_EQ(result.attempts, 1);
  EXPECT_EQ(taken, "abc");
}

TEST_F(ClientTest, FollowsRedirectsOnlyWhenAsked) {
  HttpServer target({HttpAnswer("200 OK", "there")});
  HttpServer server({HttpAnswer("302 Found", "here", absl::StrCat("Location: ", target.Url(), "\r\n"))});
  Client client = Make();
  const Result result = client.Send({.url = server.Url()});
  EXPECT_EQ(result.kind, Kind::kRedirected);
  EXPECT_THAT(result.status, StatusIs(Code::kFailedPrecondition, HasSubstr("302")));
  EXPECT_THAT(result.reply.Find("location"), Pointee(target.Url()));
  EXPECT_THAT(target.requests(), IsEmpty());
  EXPECT_EQ(client.Send({.method = "POST", .url = server.Url(), .follow_redirects = true}).kind, Kind::kRedirected);

  const Result followed = client.Send({.url = server.Url(), .follow_redirects = true});
  EXPECT_EQ(followed.reply.body, "there");
  EXPECT_EQ(followed.reply.Find("location"), nullptr) << "of the last answer only";
}

TEST_F(ClientTest, SpeaksHttpAndNothingElse) {
  HttpServer server({HttpAnswer("302 Found", "", "Location: file:///etc/hostname\r\n")});
  Client client = Make();
  EXPECT_EQ(client.Send({.url = server.Url(), .follow_redirects = true}).kind, Kind::kRedirected);
  for (const char* url : {"file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "", "http://"}) {
    const Result result = client.Send({.url = url});
    EXPECT_EQ(result.kind, Kind::kInvalid) << url;
    EXPECT_THAT(result.status, StatusIs(Code::kInvalidArgument)) << url;
  }
}

TEST_F(ClientTest, NoValueCanAddAHeader) {
  HttpServer server({HttpAnswer("200 OK")});
  for (const auto& header : Headers{
           {"X-A", "1\r\nX-Evil: 1"}, {"X-A\nX-Evil", "1"}, {"X: Y", "1"}, {"", "1"}, {"X-A", std::string("1\0", 2)}}) {
    EXPECT_EQ(Make().Send({.url = server.Url(), .headers = {header}}).kind, Kind::kInvalid);
  }
  EXPECT_THAT(server.requests(), IsEmpty());
  EXPECT_TRUE(Make().Send({.url = server.Url(), .headers = {{"X-Empty", ""}}}).ok());
  EXPECT_THAT(server.requests()[0].lines, Contains("X-Empty:"));
}

TEST_F(ClientTest, TellsNoSecrets) {
  HttpServer server({HttpAnswer("401 Unauthorized", "secret")});
  const std::string port = server.Url("").substr(sizeof "http://127.0.0.1:" - 1);
  Client client = Make();
  for (const Request& request :
       {Request{.url = absl::StrCat("http://user:secret@127.0.0.1:", port, "/secret?sig=secret"),
       .headers = {{"Authorization", "Bearer secret"}}},
        Request{.url = "http://user:secret@127.0.0.1:1/secret"}, Request{.url = "secret://x"}, Request{.url = "secret"},
        Request{.url = "http://secret:99999999/secret"}}) {
    const Result result = client.Send(request);
    EXPECT_FALSE(result.ok());
    EXPECT_THAT(std::string(result.status.message()), Not(HasSubstr("secret")));
  }
}

}  // namespace
}  // namespace ordermesh::http
