#include "libs/messaging/rabbitmq/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::StatusIs;

struct UrlCase {
  const char* text;
  Url expected;
};

TEST(RabbitUrlTest, ReadsEveryPart) {
  const UrlCase cases[] = {
      {"amqp://host", {false, "host", 5672, "guest", "guest", "/"}},
      {"amqp://host/", {false, "host", 5672, "guest", "guest", "/"}},
      {"amqp://host:1234", {false, "host", 1234, "guest", "guest", "/"}},
      {"amqp://u@host", {false, "host", 5672, "u", "", "/"}},
      {"amqp://u:p@host:1/v", {false, "host", 1, "u", "p", "v"}},
      {"amqp://u:p%40ss%2F@host/%2Fshop", {false, "host", 5672, "u", "p@ss/", "/shop"}},
      {"amqp://u:a:b@host", {false, "host", 5672, "u", "a:b", "/"}},
      {"amqp://u:p@[::1]:5673/v", {false, "::1", 5673, "u", "p", "v"}},
      {"amqps://host", {true, "host", 5671, "guest", "guest", "/"}},
      {"amqps://u:p@host:1/v", {true, "host", 1, "u", "p", "v"}},
      {"amqp://[fe80::1]", {false, "fe80::1", 5672, "guest", "guest", "/"}},
  };
  for (const UrlCase& c : cases) {
    absl::StatusOr<Url> url = ParseUrl(c.text);
    ASSERT_TRUE(url.ok()) << c.text << ": " << url.status();
    EXPECT_EQ(url->tls, c.expected.tls) << c.text;
    EXPECT_EQ(url->host, c.expected.host) << c.text;
    EXPECT_EQ(url->port, c.expected.port) << c.text;
    EXPECT_EQ(url->user, c.expected.user) << c.text;
    EXPECT_EQ(url->password, c.expected.password) << c.text;
    EXPECT_EQ(url->vhost, c.expected.vhost) << c.text;
  }
}

TEST(RabbitUrlTest, RefusesTheRestWithoutTellingThePassword) {
  for (const char* text :
       {"", "host", "amqpss://host", "http://host", "amqp://", "amqps://", "amqps://u:secret@:1", "amqp://u:secret@",
        "amqp://u:secret@:1", "amqp://u:secret@host:", "amqp://u:secret@host:x", "amqp://u:secret@host:0",
        "amqp://u:secret@host:65536", "amqp://u:secret%4@host", "amqp://u:secret@host/a/b", "amqp://u:secret@host/%zz",
        "amqp://u:secret@[::1", "amqp://u:secret@[::1]1", "amqp://u:secret@host/v?x=1"}) {
    absl::StatusOr<Url> url = ParseUrl(text);
    EXPECT_THAT(url, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(url.status().message()), ::testing::Not(::testing::HasSubstr("secret"))) << text;
  }
}

}  // namespace
}  // namespace ordermesh::rabbitmq
