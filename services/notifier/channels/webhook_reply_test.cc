#include "services/notifier/channels/webhook_reply.h"

#include <gtest/gtest.h>

namespace ordermesh::notifier {
namespace {

using Kind = SendResult::Kind;

TEST(ClassifyWebhookTest, JudgesByTheStatus) {
  const struct {
    long status;
    Kind kind;
  } cases[] = {{200, Kind::kSent},      {202, Kind::kSent},      {204, Kind::kSent},      {299, Kind::kSent},
               {301, Kind::kPermanent}, {302, Kind::kPermanent}, {307, Kind::kPermanent}, {400, Kind::kPermanent},
               {401, Kind::kPermanent}, {403, Kind::kPermanent}, {404, Kind::kPermanent}, {408, Kind::kTransient},
               {410, Kind::kPermanent}, {413, Kind::kPermanent}, {429, Kind::kTransient}, {500, Kind::kTransient},
               {502, Kind::kTransient}, {503, Kind::kTransient}, {504, Kind::kTransient}, {599, Kind::kTransient}};
  for (const auto& c : cases) EXPECT_EQ(ClassifyWebhook(c.status, absl::ZeroDuration()).kind, c.kind) << c.status;
  EXPECT_EQ(ClassifyWebhook(410, absl::ZeroDuration()).error, "webhook_410");
}

TEST(ClassifyWebhookTest, PassesOnWhenToComeBack) {
  EXPECT_EQ(ClassifyWebhook(429, absl::Minutes(2)).retry_after, absl::Minutes(2));
  EXPECT_EQ(ClassifyWebhook(503, absl::Seconds(1)).retry_after, absl::Seconds(1));
}

}  // namespace
}  // namespace ordermesh::notifier
