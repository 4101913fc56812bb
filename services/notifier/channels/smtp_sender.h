// E-mail: the channel `email`.
#pragma once

#include <memory>
#include <string>

#include "services/notifier/app/sender.h"
#include "services/notifier/channels/mail_message.h"
#include "services/notifier/channels/smtp_reply.h"

namespace ordermesh::notifier {

struct SmtpOptions {
  enum class Tls { kNever, kWhenOffered, kRequired };

  std::string url;  // "smtp://host:25", or smtps:
  Tls tls = Tls::kWhenOffered;
  std::string username, password;  // empty: no login
  Mailbox from;
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration attempt_timeout = absl::Seconds(10);
};

// Keeps its connection between mails. A mail that is sent twice has the same Message-ID both times.
class SmtpSender : public Sender {
 public:
  explicit SmtpSender(SmtpOptions options);
  ~SmtpSender() override;

  SendResult Send(const ClaimedNotification& notification) override;

 private:
  class Dialogue;

  const SmtpOptions options_;
  const std::string domain_;  // of Message-ID: the sender's
  std::unique_ptr<Dialogue> dialogue_;
};

}  // namespace ordermesh::notifier
