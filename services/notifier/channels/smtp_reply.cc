#include "services/notifier/channels/smtp_reply.h"

#include "absl/strings/str_cat.h"

namespace ordermesh::notifier {

SendResult ClassifySmtp(const SmtpFailure& failure) {
  if (failure.no_utf8) return SendResult::Permanent("smtp_no_utf8");
  if (failure.timed_out) return SendResult::Unreachable("smtp_timeout");
  if (failure.tls) return SendResult::Unreachable("smtp_tls");
  if (failure.reply < 400 || failure.reply > 599) return SendResult::Unreachable("smtp_connection");
  std::string error = absl::StrCat("smtp_", failure.reply);
  const bool login = failure.reply >= 530 && failure.reply <= 538;
  if (failure.stage == SmtpStage::kConnection || failure.reply == 421 || login) {
    return SendResult::Unreachable(std::move(error));
  }
  if (failure.reply >= 500) return SendResult::Permanent(std::move(error));
  return SendResult::Transient(std::move(error));
}

}  // namespace ordermesh::notifier
