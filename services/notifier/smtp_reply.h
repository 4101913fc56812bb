// What a mail server's refusal means for the next attempt.
#pragma once

#include "services/notifier/sender.h"

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
};

// 5xx about this mail is for good. Anything before it is the servers' trouble, ours or theirs, whatever the code: the
// next attempt may find it mended. The error is "smtp_<code>", "smtp_timeout" or "smtp_connection".
SendResult ClassifySmtp(const SmtpFailure& failure);

}  // namespace ordermesh::notifier
