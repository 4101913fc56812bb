#include "services/notifier/testing/resend_conformance.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "libs/testing/status_matchers.h"
#include "services/notifier/testing/events.h"

namespace ordermesh::notifier {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

void ResendConformance::End(std::uint32_t order, State state, const std::string& error) {
  const Event event = AnEvent(order);
  ASSERT_OK_AND_ASSIGN(const Entered entered,
                       ledger_->Enter({{.event = &event, .channel = Channel::kLog, .claim = true}}));
  const ClaimedNotification& notification = entered.claimed.at(0);
  ASSERT_THAT(ledger_->MarkAll({{notification.id, notification.claim, state, absl::Hours(1), error}}), IsOkAndHolds(0));
  harness_->PassTime(absl::Seconds(1));  // so that no two have the same time
}

Resend ResendConformance::Started(const ResendFilter& filter, const std::string& request_id) {
  const absl::StatusOr<Resend> resend = resends_->Start(ids_.Next(), request_id, filter);
  EXPECT_THAT(resend, IsOk());
  return resend.value_or(Resend());
}

Resend ResendConformance::Finished(const base::Uuid& id, int limit) {
  for (int i = 0; i < 100; ++i) {
    const absl::StatusOr<bool> more = resends_->Advance(limit);
    EXPECT_THAT(more, IsOk());
    if (!more.value_or(false)) break;
  }
  const absl::StatusOr<Resend> resend = resends_->Get(id);
  EXPECT_THAT(resend, IsOk());
  return resend.value_or(Resend());
}

std::vector<std::uint32_t> ResendConformance::Due() {
  std::vector<std::uint32_t> orders;
  const absl::StatusOr<std::vector<ClaimedNotification>> due = ledger_->ClaimDue(Channel::kLog, 100);
  EXPECT_THAT(due, IsOk());
  for (const ClaimedNotification& notification : *due) {
    EXPECT_EQ(notification.attempt, 1);
    for (std::uint32_t order = 1; order < 100; ++order) {
      if (AnEvent(order).order_id == notification.event.order_id) orders.push_back(order);
    }
  }
  return orders;
}

namespace {

TEST_P(ResendConformance, CountsWhatFailedAndMakesItDueABatchAtATime) {
  for (std::uint32_t order = 1; order <= 5; ++order) End(order, State::kFailed, "smtp_550");
  End(6, State::kSent);
  End(7, State::kPending, "smtp_451");
  const Resend started = Started({});
  EXPECT_FALSE(started.counted);
  EXPECT_FALSE(started.done_at.has_value());

  ASSERT_THAT(resends_->Advance(3), IsOkAndHolds(true));
  EXPECT_THAT(Due(), IsEmpty()) << "they are counted first";
  const Resend done = Finished(started.id);
  EXPECT_TRUE(done.counted);
  EXPECT_EQ(done.matched, 5);
  EXPECT_EQ(done.scheduled, 5);
  EXPECT_TRUE(done.done_at.has_value());
  EXPECT_THAT(Due(), UnorderedElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(resends_->Advance(3), IsOkAndHolds(false));
}

TEST_P(ResendConformance, OnlyWhatTheFilterMatches) {
  End(1, State::kFailed, "smtp_451");
  End(2, State::kFailed, "smtp_550");
  harness_->PassTime(absl::Minutes(10));
  End(3, State::kFailed, "smtp_450");
  harness_->PassTime(absl::Minutes(10));
  End(4, State::kFailed, "smtp_451");
  const absl::Time now = harness_->Now();
  const Resend late = Started({.error_contains = "smtp_4", .failed_from = now - absl::Minutes(15)}, "late");
  EXPECT_EQ(Finished(late.id).matched, 2);
  EXPECT_THAT(Due(), UnorderedElementsAre(3, 4));
  const Resend early = Started({.error_contains = "4", .failed_before = now - absl::Minutes(15)}, "early");
  EXPECT_EQ(Finished(early.id).scheduled, 1);
  EXPECT_THAT(Due(), UnorderedElementsAre(1));
  const Resend none = Started({.error_contains = "webhook"}, "none");
  EXPECT_EQ(Finished(none.id).matched, 0);
  EXPECT_THAT(Due(), IsEmpty());
}

TEST_P(ResendConformance, WhatWasNotWantedOnlyWhenTheFilterNamesIt) {
  End(1, State::kFailed, "unwanted");
  End(2, State::kFailed, "smtp_550");
  EXPECT_EQ(Finished(Started({}, "all").id).matched, 1);
  EXPECT_THAT(Due(), UnorderedElementsAre(2));
  EXPECT_EQ(Finished(Started({.even_if_sent = true}, "the sent, too").id).matched, 0);
  EXPECT_THAT(Due(), IsEmpty());
  EXPECT_EQ(Finished(Started({.error_contains = "unwanted"}, "named").id).scheduled, 1);
  EXPECT_THAT(Due(), UnorderedElementsAre(1));
}

TEST_P(ResendConformance, WhatWasSentOnlyWhenThatIsAskedFor) {
  End(1, State::kFailed, "smtp_550");
  End(2, State::kSent);
  harness_->PassTime(absl::Minutes(10));
  End(3, State::kSent);
  const Resend all = Started({.failed_from = harness_->Now() - absl::Minutes(5), .even_if_sent = true}, "all");
  EXPECT_EQ(Finished(all.id, 1).scheduled, 1);
  EXPECT_THAT(Due(), UnorderedElementsAre(3));
  const Resend early = Started({.even_if_sent = true}, "early");
  EXPECT_EQ(Finished(early.id).scheduled, 2);
  EXPECT_THAT(Due(), UnorderedElementsAre(1, 2));
}

TEST_P(ResendConformance, WhatFailsAfterTheStartIsLeftAlone) {
  for (std::uint32_t order = 1; order <= 4; ++order) End(order, State::kFailed, "smtp_550");
  const Resend started = Started({});
  harness_->PassTime(absl::Seconds(1));
  End(5, State::kFailed, "smtp_550");
  while (!resends_->Get(started.id)->counted) ASSERT_THAT(resends_->Advance(2), IsOkAndHolds(true));
  ASSERT_THAT(resends_->Advance(2), IsOkAndHolds(true));
  // What is sent again and fails again meanwhile is not sent a third time.
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  ASSERT_THAT(due, SizeIs(2));
  ASSERT_THAT(ledger_->MarkAll({{due[0].id, due[0].claim, State::kFailed, {}, "smtp_550"},
                                {due[1].id, due[1].claim, State::kFailed, {}, "smtp_550"}}),
              IsOkAndHolds(0));
  EXPECT_EQ(Finished(started.id).scheduled, 4);
  EXPECT_THAT(Due(), UnorderedElementsAre(3, 4));
}

TEST_P(ResendConformance, OneRequestIdIsOneResend) {
  End(1, State::kFailed, "smtp_550");
  const ResendFilter filter = {.error_contains = "550", .failed_from = absl::FromUnixSeconds(1)};
  const Resend first = Started(filter);
  ASSERT_EQ(Finished(first.id).scheduled, 1);
  const Resend again = Started(filter);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.filter, filter);
  EXPECT_TRUE(again.done_at.has_value()) << "as it is now";
  EXPECT_THAT(resends_->Start(ids_.Next(), "r-1", {}), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(resends_->Get(ids_.Next()), StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace ordermesh::notifier
