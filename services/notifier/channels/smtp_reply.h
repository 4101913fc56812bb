// What a mail server's refusal means for the next attempt.
#pragma once

#include "services/notifier/app/sender.h"

namespace ordermesh::notifier {

// Where a dialogue by SMTP ended.
enum class SmtpStage {
  kConnection,  // before the mail: connecting, greeting, TLS, login
  kMail,        // MAIL FROM and RCPT TO
  kData,        // the text was handed over, or was about to be
};

struct SmtpFailure {
  SmtpStage stage = SmtpStage::kConnection;
  int reply = 0;  // the last reply's code; 0: none came
  bool timed_out = false;
  bool tls = false;      // no TLS, or none that can be trusted
  bool no_utf8 = false;  // the recipient's address needs SMTPUTF8, which the server does not offer
};

// About a mail, 5xx is for good and 4xx for now. All else is the servers' trouble, ours or theirs, and no attempt at
// this mail: whatever comes before it, a login that is asked for or refused (530 to 538), 421 anywhere (the server
// closes). An address that the server can't be told is for good, too. The error is "smtp_<code>", "smtp_timeout",
// "smtp_tls", "smtp_connection" or "smtp_no_utf8".
SendResult ClassifySmtp(const SmtpFailure& failure);

}  // namespace ordermesh::notifier
