#include "services/notifier/channels/smtp_reply.h"

#include <gtest/gtest.h>

#include <string>

namespace ordermesh::notifier {
namespace {

using Kind = SendResult::Kind;

struct Case {
  std::string name;
  SmtpFailure failure;
  Kind kind;
  std::string error;
};

class ClassifySmtpTable : public ::testing::TestWithParam<Case> {};

TEST_P(ClassifySmtpTable, Classifies) {
  const SendResult result = ClassifySmtp(GetParam().failure);
  EXPECT_EQ(result.kind, GetParam().kind);
  EXPECT_EQ(result.error, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, ClassifySmtpTable,
    ::testing::Values(Case{"UnknownRecipient", {SmtpStage::kMail, 550, false}, Kind::kPermanent, "smtp_550"},
                      Case{"MailboxFull", {SmtpStage::kMail, 552, false}, Kind::kPermanent, "smtp_552"},
                      Case{"Greylisted", {SmtpStage::kMail, 451, false}, Kind::kTransient, "smtp_451"},
                      Case{"MailboxBusy", {SmtpStage::kMail, 450, false}, Kind::kTransient, "smtp_450"},
                      Case{"ContentRefused", {SmtpStage::kData, 554, false}, Kind::kPermanent, "smtp_554"},
                      Case{"ContentDeferred", {SmtpStage::kData, 452, false}, Kind::kTransient, "smtp_452"},
                      Case{"ServerClosing", {SmtpStage::kMail, 421, false}, Kind::kUnreachable, "smtp_421"},
                      Case{"ServerRefusesUs", {SmtpStage::kConnection, 554, false}, Kind::kUnreachable, "smtp_554"},
                      Case{"LoginRefused", {SmtpStage::kConnection, 535, false}, Kind::kUnreachable, "smtp_535"},
                      Case{"LoginAskedFor", {SmtpStage::kMail, 530, false}, Kind::kUnreachable, "smtp_530"},
                      Case{"NoTrust", {SmtpStage::kConnection, 220, false, true}, Kind::kUnreachable, "smtp_tls"},
                      Case{"NobodyThere", {SmtpStage::kConnection, 0, false}, Kind::kUnreachable, "smtp_connection"},
                      Case{"LostInTheMiddle", {SmtpStage::kData, 354, false}, Kind::kUnreachable, "smtp_connection"},
                      Case{"TimedOut", {SmtpStage::kData, 354, true}, Kind::kUnreachable, "smtp_timeout"},
                      Case{"TimedOutAfterARefusal", {SmtpStage::kMail, 550, true}, Kind::kUnreachable, "smtp_timeout"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ordermesh::notifier
