#include "services/notifier/smtp_reply.h"

#include "absl/strings/str_cat.h"

namespace ordermesh::notifier {

SendResult ClassifySmtp(const SmtpFailure& failure) {
  if (failure.timed_out) return SendResult::Transient("smtp_timeout");
  if (failure.reply < 400 || failure.reply > 599) return SendResult::Transient("smtp_connection");
  std::string error = absl::StrCat("smtp_", failure.reply);
  if (failure.reply >= 500 && failure.stage != SmtpStage::kConnection) return SendResult::Permanent(std::move(error));
  return SendResult::Transient(std::move(error));
}

}  // namespace ordermesh::notifier
