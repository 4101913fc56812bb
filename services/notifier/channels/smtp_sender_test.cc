#include "services/notifier/channels/smtp_sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/testing/tcp_server.h"
#include "services/notifier/testing/events.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::TcpServer;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using Kind = SendResult::Kind;

using Replies = std::map<std::string, std::string>;

// A mail server that says OK to everything but the commands that `replies` names; "." is the mail's end, "" the
// greeting.
class MailServer {
 public:
  explicit MailServer(Replies replies = {}, bool close_after_mail = false)
      : replies_(std::move(replies)),
        close_after_mail_(close_after_mail),
        server_([this](TcpServer::Connection& connection, int number) { Serve(connection, number); }) {}

  SmtpOptions Options() const {
    SmtpOptions options;
    options.url = absl::StrCat("smtp://127.0.0.1:", server_.port());
    options.from = {"Shop", "orders@example.com"};
    options.attempt_timeout = absl::Seconds(2);
    return options;
  }
  std::vector<std::string> mails() {
    base::MutexLock lock(mu_);
    return mails_;
  }
  std::vector<std::string> commands() {
    base::MutexLock lock(mu_);
    return commands_;
  }
  int connections() {
    base::MutexLock lock(mu_);
    return connections_;
  }

 private:
  std::string Reply(const std::string& command, const std::string& usual) {
    auto it = replies_.find(command);
    return absl::StrCat(it == replies_.end() ? usual : it->second, "\r\n");
  }
  void Serve(TcpServer::Connection& connection, int number) {
    {
      base::MutexLock lock(mu_);
      connections_ = number + 1;
    }
    connection.Write(Reply("", "220 ready"));
    for (std::string line = connection.ReadLine(); !line.empty(); line = connection.ReadLine()) {
      {
        base::MutexLock lock(mu_);
        commands_.push_back(line);
      }
      if (absl::StartsWith(line, "QUIT")) {
        connection.Write("221 bye\r\n");
        return;
      }
      if (!absl::StartsWith(line, "DATA")) {
        connection.Write(Reply(line.substr(0, 4), "250 OK"));
        continue;
      }
      const std::string reply = Reply("DATA", "354 go on");
      connection.Write(reply);
      if (!absl::StartsWith(reply, "354")) continue;
      std::string mail;
      for (std::string text = connection.ReadLine(); text != "."; text = connection.ReadLine()) {
        absl::StrAppend(&mail, text, "\n");
        if (mail.size() > 100'000) return;
      }
      {
        base::MutexLock lock(mu_);
        mails_.push_back(mail);
      }
      connection.Write(Reply(".", "250 taken"));
      if (close_after_mail_) return;
    }
  }

  const Replies replies_;
  const bool close_after_mail_;
  base::Mutex mu_;
  std::vector<std::string> mails_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> commands_ ABSL_GUARDED_BY(mu_);
  int connections_ ABSL_GUARDED_BY(mu_) = 0;
  TcpServer server_;  // Last: its thread uses the rest.
};

ClaimedNotification AClaimedNotification(std::uint32_t order = 1) {
  ClaimedNotification notification;
  notification.event = AnEvent(order);
  notification.contact = "ada@example.com";
  notification.created_at = absl::FromUnixSeconds(1'767'323'045);
  notification.event.payload = EventBody(order);
  return notification;
}

TEST(SmtpSenderTest, SendsTheMailOfTheOrder) {
  MailServer server;
  SmtpSender sender(server.Options());
  EXPECT_EQ(sender.Send(AClaimedNotification()).kind, Kind::kSent);
  ASSERT_THAT(server.mails(), SizeIs(1));
  const std::string mail = server.mails()[0];
  EXPECT_THAT(mail, HasSubstr("To: ada@example.com\n"));
  EXPECT_THAT(mail, HasSubstr(absl::StrCat("X-Ordermesh-Order-Id: ", AnEvent(1).order_id.ToString(), "\n")));
  EXPECT_THAT(mail, HasSubstr(absl::StrCat("Message-ID: <", AnEvent(1).id.ToString(), "@example.com>\n")));
  EXPECT_THAT(mail, HasSubstr("2 x Caf=C3=A9 (SKU-0001): 7.00 EUR\n"));
}

TEST(SmtpSenderTest, AMailSentTwiceIsTheSameMail) {
  MailServer server;
  SmtpSender sender(server.Options());
  EXPECT_EQ(sender.Send(AClaimedNotification()).kind, Kind::kSent);
  EXPECT_EQ(sender.Send(AClaimedNotification()).kind, Kind::kSent);
  ASSERT_THAT(server.mails(), SizeIs(2));
  EXPECT_EQ(server.mails()[0], server.mails()[1]);
}

TEST(SmtpSenderTest, KeepsItsConnection) {
  MailServer server;
  SmtpSender sender(server.Options());
  for (std::uint32_t i = 1; i <= 5; ++i) EXPECT_EQ(sender.Send(AClaimedNotification(i)).kind, Kind::kSent);
  EXPECT_EQ(server.connections(), 1);
}

TEST(SmtpSenderTest, AConnectionThatTheServerClosedIsOpenedAnew) {
  MailServer server({}, /*close_after_mail=*/true);
  SmtpSender sender(server.Options());
  for (std::uint32_t i = 1; i <= 3; ++i) EXPECT_EQ(sender.Send(AClaimedNotification(i)).kind, Kind::kSent) << i;
  EXPECT_EQ(server.connections(), 3);
}

TEST(SmtpSenderTest, ClassifiesWhatTheServerAnswers) {
  const struct {
    std::string command, reply;
    Kind kind;
    std::string error;
  } cases[] = {
      {"RCPT", "550 no such user", Kind::kPermanent, "smtp_550"},
      {"RCPT", "451 come back later", Kind::kTransient, "smtp_451"},
      {"MAIL", "553 not from you", Kind::kPermanent, "smtp_553"},
      {"DATA", "452 disk full", Kind::kTransient, "smtp_452"},
      {"DATA", "554 no thanks", Kind::kPermanent, "smtp_554"},
      {".", "554 spam", Kind::kPermanent, "smtp_554"},
      {".", "450 busy", Kind::kTransient, "smtp_450"},
      {"RCPT", "421 closing", Kind::kUnreachable, "smtp_421"},
      {"MAIL", "530 log in first", Kind::kUnreachable, "smtp_530"},
      {"", "554 go away", Kind::kUnreachable, "smtp_554"},
      {"", "421 too many connections", Kind::kUnreachable, "smtp_421"},
  };
  for (const auto& c : cases) {
    MailServer server(Replies{{c.command, c.reply}});
    SmtpSender sender(server.Options());
    const SendResult result = sender.Send(AClaimedNotification());
    EXPECT_EQ(result.kind, c.kind) << c.command << " " << c.reply;
    EXPECT_EQ(result.error, c.error) << c.command << " " << c.reply;
  }
}

TEST(SmtpSenderTest, ADomainBeyondAsciiIsSentAsItsLabels) {
  MailServer server;
  SmtpSender sender(server.Options());
  ClaimedNotification notification = AClaimedNotification();
  notification.contact = "ada@b\u00fccher.example";
  EXPECT_EQ(sender.Send(notification).kind, Kind::kSent);
  EXPECT_THAT(server.commands(), Contains("RCPT TO:<ada@xn--bcher-kva.example>"));
  EXPECT_THAT(server.mails()[0], HasSubstr("To: ada@xn--bcher-kva.example\n"));
}

TEST(SmtpSenderTest, AnAddressBeyondAsciiIsToldToWhoTakesIt) {
  MailServer server(Replies{{"EHLO", "250-mail.example\r\n250-SMTPUTF8\r\n250 8BITMIME"}});
  SmtpSender sender(server.Options());
  EXPECT_EQ(sender.Send(AClaimedNotification(1)).kind, Kind::kSent);
  ClaimedNotification notification = AClaimedNotification(2);
  notification.contact = "j\u00fcrgen@b\u00fccher.example";
  EXPECT_EQ(sender.Send(notification).kind, Kind::kSent);
  EXPECT_THAT(server.commands(), Contains(AllOf(StartsWith("MAIL"), HasSubstr(" SMTPUTF8"))));
  EXPECT_THAT(server.commands(), Contains("RCPT TO:<j\u00fcrgen@xn--bcher-kva.example>"));
  EXPECT_THAT(server.mails()[1], HasSubstr("To: j\u00fcrgen@xn--bcher-kva.example\n"));
  EXPECT_EQ(sender.Send(AClaimedNotification(3)).kind, Kind::kSent);
  EXPECT_EQ(server.connections(), 1);
}

TEST(SmtpSenderTest, AnAddressBeyondAsciiIsNotToldToWhoDoesNot) {
  MailServer server;
  SmtpSender sender(server.Options());
  ClaimedNotification notification = AClaimedNotification();
  notification.contact = "j\u00fcrgen@example.com";
  const SendResult result = sender.Send(notification);
  EXPECT_EQ(result.kind, Kind::kPermanent);
  EXPECT_EQ(result.error, "smtp_no_utf8");
  EXPECT_THAT(server.commands(), Each(Not(AnyOf(StartsWith("MAIL"), StartsWith("RCPT")))));
  EXPECT_EQ(sender.Send(AClaimedNotification()).kind, Kind::kSent) << "the next is not held up";
  EXPECT_EQ(server.connections(), 1);
}

TEST(SmtpSenderTest, WhatAServerOffersIsAskedForOnEachConnection) {
  MailServer server({}, /*close_after_mail=*/true);
  SmtpSender sender(server.Options());
  ClaimedNotification notification = AClaimedNotification();
  notification.contact = "j\u00fcrgen@example.com";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(sender.Send(AClaimedNotification()).kind, Kind::kSent);
    EXPECT_EQ(sender.Send(notification).error, "smtp_no_utf8");
  }
}

TEST(SmtpSenderTest, AnUpdateIsMailedToWhoWantsUpdates) {
  using State = domain::OrderState;
  MailServer server;
  SmtpSender sender(server.Options());
  std::uint32_t order = 0;
  for (const State state : {State::kAccepted, State::kPaid, State::kShipped, State::kDelivered, State::kCancelled}) {
    ClaimedNotification notification = AClaimedNotification(++order);
    notification.event.type = std::string(wire::EventTypeOf(state));
    notification.event.payload = EventBodyOf(state, order, 2);
    const bool update = state != State::kAccepted && state != State::kCancelled;
    const std::size_t before = server.mails().size();
    const SendResult result = sender.Send(notification);
    EXPECT_EQ(result.kind, update ? Kind::kUnwanted : Kind::kSent) << notification.event.type;
    EXPECT_EQ(result.error, update ? "unwanted" : "");
    EXPECT_EQ(server.mails().size(), before + (update ? 0 : 1));
    notification.wants_updates = true;
    EXPECT_EQ(sender.Send(notification).kind, Kind::kSent) << notification.event.type;
  }
}

TEST(SmtpSenderTest, GoesOnWithTheNextMailAfterARefusal) {
  MailServer server(Replies{{"RCPT", "550 no such user"}});
  SmtpSender sender(server.Options());
  EXPECT_EQ(sender.Send(AClaimedNotification(1)).error, "smtp_550");
  EXPECT_EQ(sender.Send(AClaimedNotification(2)).error, "smtp_550");
}

TEST(SmtpSenderTest, NobodyThereIsTriedAgain) {
  SmtpOptions options = MailServer().Options();  // gone by now
  SmtpSender sender(options);
  const SendResult result = sender.Send(AClaimedNotification());
  EXPECT_EQ(result.kind, Kind::kUnreachable);
  EXPECT_EQ(result.error, "smtp_connection");
}

TEST(SmtpSenderTest, AServerThatHangsIsCutOff) {
  TcpServer silent([](TcpServer::Connection& connection, int) { connection.WaitForEnd(); });
  SmtpOptions options;
  options.url = absl::StrCat("smtp://127.0.0.1:", silent.port());
  options.from = {"", "orders@example.com"};
  options.attempt_timeout = absl::Milliseconds(200);
  SmtpSender sender(options);
  EXPECT_EQ(sender.Send(AClaimedNotification()).error, "smtp_timeout");
}

TEST(SmtpSenderTest, RequiresTlsWhenToldTo) {
  MailServer server;
  SmtpOptions options = server.Options();
  options.tls = SmtpOptions::Tls::kRequired;
  SmtpSender sender(options);
  const SendResult result = sender.Send(AClaimedNotification());
  EXPECT_EQ(result.kind, Kind::kUnreachable);
  EXPECT_EQ(result.error, "smtp_tls");
  EXPECT_THAT(server.mails(), IsEmpty());
}

TEST(SmtpSenderTest, WhatCannotBeMailedIsGivenUpWithoutAConnection) {
  MailServer server;
  SmtpSender sender(server.Options());
  ClaimedNotification notification = AClaimedNotification();
  notification.contact = "";
  EXPECT_EQ(sender.Send(notification).error, "no_contact");
  notification.contact = "ada@example.com>\r\nRCPT TO:<eve@example.com";
  EXPECT_EQ(sender.Send(notification).error, "bad_contact");
  notification = AClaimedNotification();
  notification.event.payload = "{";
  EXPECT_EQ(sender.Send(notification).error, "bad_event");
  notification = AClaimedNotification();
  notification.event.type = "ordermesh.order.eaten.v1";
  const SendResult result = sender.Send(notification);
  EXPECT_EQ(result.error, "no_template");
  EXPECT_EQ(result.kind, Kind::kPermanent);
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace ordermesh::notifier
