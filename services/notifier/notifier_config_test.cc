#include "services/notifier/notifier_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "libs/testing/status_matchers.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(NotifierConfigTest, TheDefaultsMakeSense) {
  ASSERT_OK_AND_ASSIGN(const ReadConfig read, Read(NotifierConfig()));
  EXPECT_THAT(read.channels, ElementsAre(Channel::kEmail));
  EXPECT_EQ(read.smtp.from.address, "orders@ordermesh.example");
  EXPECT_EQ(read.smtp.tls, SmtpOptions::Tls::kWhenOffered);
}

TEST(NotifierConfigTest, ChannelsAreListedOnce) {
  NotifierConfig config;
  config.channels = "log,email,log";
  ASSERT_OK_AND_ASSIGN(const ReadConfig read, Read(config));
  EXPECT_THAT(read.channels, ElementsAre(Channel::kLog, Channel::kEmail));
}

TEST(NotifierConfigTest, NamesTheFieldThatMakesNoSense) {
  const struct {
    const char* field;
    std::function<void(NotifierConfig&)> spoil;
  } cases[] = {
      {"channels", [](NotifierConfig& c) { c.channels = "pigeon"; }},
      {"channels", [](NotifierConfig& c) { c.channels = ""; }},
      {"webhook_url", [](NotifierConfig& c) { c.channels = "webhook"; }},
      {"webhook_url",
       [](NotifierConfig& c) {
         c.channels = "webhook";
         c.webhook_url = "file:///etc/passwd";
       }},
      {"amqp_url", [](NotifierConfig& c) { c.rabbitmq.url = "http://broker"; }},
      {"amqp_ca_file", [](NotifierConfig& c) { c.rabbitmq.ca_file = "/etc/hostname"; }},
      {"smtp_url", [](NotifierConfig& c) { c.smtp_url = "http://mail"; }},
      {"smtp_tls", [](NotifierConfig& c) { c.smtp_tls = "maybe"; }},
      {"mail_from", [](NotifierConfig& c) { c.mail_from = "a\r\nBcc: eve@example.com"; }},
      {"lease_ms", [](NotifierConfig& c) { c.lease = 2 * c.attempt_timeout; }},
      {"retry_max_ms", [](NotifierConfig& c) { c.retry_max = absl::Milliseconds(1); }},
  };
  for (const auto& c : cases) {
    NotifierConfig config;
    c.spoil(config);
    EXPECT_THAT(Read(config), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.field)));
  }
}

}  // namespace
}  // namespace ordermesh::notifier
