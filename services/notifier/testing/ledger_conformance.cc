#include "services/notifier/testing/ledger_conformance.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "libs/testing/status_matchers.h"
#include "services/notifier/testing/events.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

NewNotification Claimed(const Event& event, Channel channel = Channel::kLog) {
  return {.event = &event, .channel = channel, .claim = true};
}
NewNotification Waiting(const Event& event, Channel channel = Channel::kLog) {
  return {.event = &event, .channel = channel, .claim = false};
}
Mark Sent(const ClaimedNotification& notification) {
  return {.id = notification.id, .claim = notification.claim, .state = State::kSent};
}
Mark Retry(const ClaimedNotification& notification, absl::Duration after) {
  return {.id = notification.id,
          .claim = notification.claim,
          .state = State::kPending,
          .retry_after = after,
          .error = "smtp_451"};
}
Mark Failed(const ClaimedNotification& notification) {
  return {.id = notification.id,
          .claim = notification.claim,
          .state = State::kFailed,
          .retry_after = {},
          .error = "smtp_550"};
}
std::vector<base::Uuid> EventIds(const std::vector<ClaimedNotification>& claimed) {
  std::vector<base::Uuid> ids;
  for (const ClaimedNotification& notification : claimed) ids.push_back(notification.event.id);
  return ids;
}

TEST_P(LedgerConformance, EntersAndClaimsInTheOrderOfTheInput) {
  const Event second = AnEvent(2), first = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(second), Claimed(first)}));
  EXPECT_EQ(entered.inserted, 2);
  EXPECT_THAT(EventIds(entered.claimed), ElementsAre(second.id, first.id));
  const ClaimedNotification& notification = entered.claimed[0];
  EXPECT_EQ(notification.claim, 1);
  EXPECT_EQ(notification.attempt, 1);
  EXPECT_EQ(notification.channel, Channel::kLog);
  EXPECT_EQ(notification.event.payload, second.payload);
  EXPECT_EQ(notification.id, NotificationId(second.id, Channel::kLog, RecipientOf(Channel::kLog)));
}

TEST_P(LedgerConformance, ARepeatedEventIsNeitherEnteredNorClaimedAgain) {
  const Event event = AnEvent(1), other = AnEvent(2);
  ASSERT_THAT(ledger_->Enter({Claimed(event)}), IsOk());
  ASSERT_OK_AND_ASSIGN(const Entered again, ledger_->Enter({Claimed(event), Claimed(other)}));
  EXPECT_EQ(again.inserted, 1);
  EXPECT_THAT(EventIds(again.claimed), ElementsAre(other.id));
}

TEST_P(LedgerConformance, AnEventTwiceInOneBatchIsOneNotification) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event), Claimed(event)}));
  EXPECT_EQ(entered.inserted, 1);
  EXPECT_THAT(entered.claimed, SizeIs(1));
}

TEST_P(LedgerConformance, EachChannelHasItsOwnNotification) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event, Channel::kEmail),
                                                              Claimed(event, Channel::kWebhook), Claimed(event)}));
  EXPECT_EQ(entered.inserted, 3);
  EXPECT_THAT(entered.claimed, SizeIs(3));
}

TEST_P(LedgerConformance, OnlyEmailLearnsTheContactOfTheOrder) {
  const Event event = AnEvent(1), unknown = AnEvent(2);
  harness_->SetContact(event.order_id, "ada@example.com");
  ASSERT_OK_AND_ASSIGN(const Entered entered,
                       ledger_->Enter({Claimed(event, Channel::kEmail), Claimed(event, Channel::kWebhook),
                                       Claimed(unknown, Channel::kEmail)}));
  EXPECT_THAT(entered.claimed,
              ElementsAre(Field(&ClaimedNotification::contact, "ada@example.com"),
                          Field(&ClaimedNotification::contact, ""), Field(&ClaimedNotification::contact, "")));
}

TEST_P(LedgerConformance, EmailLearnsWhetherTheCustomerWantsUpdatesEachTimeItIsClaimed) {
  const Event willing = AnEvent(1, 2), unwilling = AnEvent(2, 2), unknown = AnEvent(3, 2);
  std::vector<NewNotification> mails, others;
  for (const Event* event : {&willing, &unwilling, &unknown}) {
    harness_->SetContact(event->order_id, "ada@example.com");
    mails.push_back(Claimed(*event, Channel::kEmail));
    others.push_back(Claimed(*event, Channel::kWebhook));
  }
  harness_->SetWantsUpdates(willing.order_id, true);
  harness_->SetWantsUpdates(unwilling.order_id, false);
  for (std::uint32_t order : {1, 2, 3}) {
    const Event accepted = AnEvent(order, 1);
    ASSERT_OK_AND_ASSIGN(const Entered before,
                         ledger_->Enter({Claimed(accepted, Channel::kEmail), Claimed(accepted, Channel::kWebhook)}));
    ASSERT_THAT(ledger_->MarkAll({Sent(before.claimed.at(0)), Sent(before.claimed.at(1))}), IsOk());
  }
  const auto wants = [](bool expected) { return Field(&ClaimedNotification::wants_updates, expected); };
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter(mails));
  EXPECT_THAT(entered.claimed, ElementsAre(wants(true), wants(false), wants(false)));
  EXPECT_THAT(ledger_->Enter(others),
              IsOkAndHolds(Field(&Entered::claimed, ElementsAre(wants(false), wants(false), wants(false)))));

  harness_->SetWantsUpdates(willing.order_id, false);
  harness_->SetWantsUpdates(unwilling.order_id, true);
  ASSERT_THAT(ledger_->Release(entered.claimed), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kEmail, 10));
  ASSERT_THAT(due, SizeIs(3));
  for (const ClaimedNotification& notification : due) {
    EXPECT_EQ(notification.wants_updates, notification.event.order_id == unwilling.order_id);
  }
}

TEST_P(LedgerConformance, WhatIsNotClaimedIsDueAtOnceWithItsContact) {
  const Event event = AnEvent(1);
  harness_->SetContact(event.order_id, "ada@example.com");
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Waiting(event, Channel::kEmail)}));
  EXPECT_EQ(entered.inserted, 1);
  EXPECT_THAT(entered.claimed, IsEmpty());
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kEmail, 10));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].attempt, 1);
  EXPECT_EQ(due[0].contact, "ada@example.com");
  EXPECT_EQ(due[0].event.id, event.id);
  EXPECT_EQ(due[0].event.type, event.type);
  EXPECT_EQ(due[0].event.order_id, event.order_id);
  EXPECT_EQ(due[0].event.order_version, event.order_version);
  EXPECT_EQ(due[0].event.payload, event.payload);
  EXPECT_EQ(due[0].event.traceparent, event.traceparent);
  EXPECT_THAT(ledger_->ClaimDue(Channel::kEmail, 10), IsOkAndHolds(IsEmpty()));
}

TEST_P(LedgerConformance, ClaimsAtMostTheLimitTheLongestDueFirst) {
  const Event old = AnEvent(1), middle = AnEvent(2), young = AnEvent(3);
  for (const Event* event : {&old, &middle, &young}) {
    ASSERT_THAT(ledger_->Enter({Waiting(*event)}), IsOk());
    harness_->PassTime(absl::Seconds(1));
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 2));
  EXPECT_EQ((std::set<base::Uuid>{due.at(0).event.id, due.at(1).event.id}), (std::set<base::Uuid>{old.id, middle.id}));
}

TEST_P(LedgerConformance, WhatWasSentIsNeverDueAgain) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event)}));
  EXPECT_THAT(ledger_->MarkAll({Sent(entered.claimed[0])}), IsOkAndHolds(0));
  harness_->PassTime(absl::Hours(1));
  EXPECT_THAT(ledger_->RescueOrphans(), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ledger_->MarkAll({Failed(entered.claimed[0])}), IsOkAndHolds(1));  // too late
}

TEST_P(LedgerConformance, ARetryIsDueWhenItsTimeHasCome) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event)}));
  EXPECT_THAT(ledger_->MarkAll({Retry(entered.claimed[0], absl::Minutes(2))}), IsOkAndHolds(0));
  harness_->PassTime(absl::Seconds(119));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  harness_->PassTime(absl::Seconds(2));
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  EXPECT_THAT(due, ElementsAre(::testing::AllOf(Field(&ClaimedNotification::attempt, 2),
                                                Field(&ClaimedNotification::claim, 2))));
}

TEST_P(LedgerConformance, WhatFailedIsNotTriedAgain) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event)}));
  EXPECT_THAT(ledger_->MarkAll({Failed(entered.claimed[0])}), IsOkAndHolds(0));
  harness_->PassTime(absl::Hours(1));
  EXPECT_THAT(ledger_->RescueOrphans(), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
}

TEST_P(LedgerConformance, ALeaseThatRanOutIsDueAgainAndFencesOffItsOldHolder) {
  const Event event = AnEvent(1);
  ASSERT_THAT(ledger_->Enter({Waiting(event)}), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> first, ledger_->ClaimDue(Channel::kLog, 10));
  harness_->PassTime(kHarnessOptions.lease - absl::Seconds(2));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  harness_->PassTime(absl::Seconds(3));
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> second,
                       harness_->MakeLedger()->ClaimDue(Channel::kLog, 10));
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].attempt, 2);
  EXPECT_THAT(ledger_->MarkAll({Sent(first.at(0))}), IsOkAndHolds(1));
  EXPECT_THAT(ledger_->MarkAll({Sent(second[0])}), IsOkAndHolds(0));
}

TEST_P(LedgerConformance, AFirstAttemptWhoseWorkerDiedIsRescuedAfterItsLease) {
  const Event event = AnEvent(1);
  ASSERT_THAT(ledger_->Enter({Claimed(event)}), IsOk());
  EXPECT_THAT(ledger_->RescueOrphans(), IsOkAndHolds(0));
  harness_->PassTime(kHarnessOptions.lease + absl::Seconds(1));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ledger_->RescueOrphans(), IsOkAndHolds(1));
  EXPECT_THAT(ledger_->RescueOrphans(), IsOkAndHolds(0));
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  EXPECT_THAT(due, ElementsAre(Field(&ClaimedNotification::attempt, 2)));
}

TEST_P(LedgerConformance, WhatIsGivenBackIsDueAtOnceAndWasNoAttempt) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event)}));
  EXPECT_THAT(ledger_->Release(entered.claimed), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  EXPECT_THAT(due, ElementsAre(::testing::AllOf(Field(&ClaimedNotification::attempt, 1),
                                                Field(&ClaimedNotification::claim, 2))));
}

TEST_P(LedgerConformance, AVersionWaitsForTheOneBefore) {
  const Event accepted = AnEvent(1, 1), cancelled = AnEvent(1, 2);
  ASSERT_OK_AND_ASSIGN(const Entered first, ledger_->Enter({Claimed(accepted)}));
  ASSERT_OK_AND_ASSIGN(const Entered second, ledger_->Enter({Claimed(cancelled)}));
  EXPECT_EQ(second.inserted, 1);
  EXPECT_THAT(second.claimed, IsEmpty());
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  harness_->PassTime(kHarnessOptions.gap_wait + absl::Seconds(1));  // Waiting long does not let it pass.
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(ledger_->MarkAll({Failed(first.claimed[0])}), IsOkAndHolds(0));
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  EXPECT_THAT(EventIds(due), ElementsAre(cancelled.id));
}

TEST_P(LedgerConformance, TheNextVersionIsClaimedOnEntryWhenTheOneBeforeIsDone) {
  const Event accepted = AnEvent(1, 1), cancelled = AnEvent(1, 2);
  ASSERT_OK_AND_ASSIGN(const Entered first, ledger_->Enter({Claimed(accepted)}));
  ASSERT_THAT(ledger_->MarkAll({Sent(first.claimed[0])}), IsOk());
  ASSERT_OK_AND_ASSIGN(const Entered second, ledger_->Enter({Claimed(cancelled)}));
  EXPECT_THAT(EventIds(second.claimed), ElementsAre(cancelled.id));
}

TEST_P(LedgerConformance, OtherChannelsAndOrdersDoNotHoldAVersionBack) {
  const Event accepted = AnEvent(1, 1), cancelled = AnEvent(1, 2), other = AnEvent(2, 1);
  ASSERT_OK_AND_ASSIGN(const Entered first,
                       ledger_->Enter({Claimed(accepted), Waiting(accepted, Channel::kWebhook), Waiting(other)}));
  ASSERT_THAT(ledger_->MarkAll({Sent(first.claimed[0])}), IsOk());
  ASSERT_OK_AND_ASSIGN(const Entered second, ledger_->Enter({Claimed(cancelled)}));
  EXPECT_THAT(second.claimed, SizeIs(1));
}

TEST_P(LedgerConformance, BothVersionsInOneBatchAreClaimedOneAfterTheOther) {
  const Event accepted = AnEvent(1, 1), cancelled = AnEvent(1, 2);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(cancelled), Claimed(accepted)}));
  EXPECT_EQ(entered.inserted, 2);
  EXPECT_THAT(EventIds(entered.claimed), ElementsAre(accepted.id));
  ASSERT_THAT(ledger_->MarkAll({Sent(entered.claimed[0])}), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  EXPECT_THAT(EventIds(due), ElementsAre(cancelled.id));
}

// Whatever ends a version makes the next one due, and until then it is not.
TEST_P(LedgerConformance, VersionsComeOneAfterTheOtherHoweverEachEnds) {
  const Event first = AnEvent(1, 1), second = AnEvent(1, 2), third = AnEvent(1, 3), fourth = AnEvent(1, 4);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(first)}));
  for (const Event* event : {&second, &third, &fourth}) {
    EXPECT_THAT(ledger_->Enter({Claimed(*event)}), IsOkAndHolds(Field(&Entered::claimed, IsEmpty())));
  }
  harness_->PassTime(absl::Hours(25));
  EXPECT_THAT(ledger_->Due(), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));

  ASSERT_THAT(ledger_->MarkAll({Sent(entered.claimed.at(0))}), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->Due(), IsOkAndHolds(ElementsAre(Field(&Backlog::due, 1))));
  ASSERT_OK_AND_ASSIGN(std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  ASSERT_THAT(EventIds(due), ElementsAre(second.id));
  ASSERT_THAT(ledger_->MarkAll({Retry(due[0], absl::ZeroDuration())}), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->Due(), IsOkAndHolds(ElementsAre(Field(&Backlog::due, 1)))) << "it still is the second's turn";

  EXPECT_THAT(ledger_->ExpireDue(Channel::kLog, absl::Hours(24), 10), IsOkAndHolds(1));
  ASSERT_OK_AND_ASSIGN(due, ledger_->ClaimDue(Channel::kLog, 10));
  ASSERT_THAT(EventIds(due), ElementsAre(third.id));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));

  ASSERT_THAT(ledger_->MarkAll({Failed(due[0])}), IsOkAndHolds(0));
  ASSERT_OK_AND_ASSIGN(due, ledger_->ClaimDue(Channel::kLog, 10));
  EXPECT_THAT(EventIds(due), ElementsAre(fourth.id));
}

TEST_P(LedgerConformance, WhatIsBlockedHidesNothingBehindIt) {
  std::vector<Event> accepted, cancelled;
  for (std::uint32_t n = 1; n <= 200; ++n) {
    accepted.push_back(AnEvent(n, 1));
    cancelled.push_back(AnEvent(n, 2));
  }
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    ASSERT_THAT(ledger_->Enter({Claimed(accepted[i]), Waiting(cancelled[i])}), IsOk());
  }
  harness_->PassTime(kHarnessOptions.gap_wait + absl::Seconds(1));  // each is to be looked at again
  const Event ready = AnEvent(1000);
  ASSERT_THAT(ledger_->Enter({Waiting(ready)}), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 1));
  EXPECT_THAT(EventIds(due), ElementsAre(ready.id));
}

TEST_P(LedgerConformance, AVersionThatNeverCameIsWaitedForOnlySoLong) {
  const Event cancelled = AnEvent(1, 2);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(cancelled)}));
  EXPECT_THAT(entered.claimed, IsEmpty());
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  harness_->PassTime(kHarnessOptions.gap_wait + absl::Seconds(1));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(SizeIs(1)));
}

TEST_P(LedgerConformance, ARefusedNotificationLeavesItsBatchOut) {
  Event bad = AnEvent(1);
  bad.order_version = 0;
  const Event good = AnEvent(2);
  EXPECT_THAT(ledger_->Enter({Claimed(good), Claimed(bad)}), StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(good)}));
  EXPECT_EQ(entered.inserted, 1);
}

TEST_P(LedgerConformance, CountsWhatIsDueAndForHowLong) {
  const Event old = AnEvent(1), young = AnEvent(2), claimed = AnEvent(3);
  ASSERT_THAT(ledger_->Enter({Waiting(old)}), IsOk());
  harness_->PassTime(absl::Seconds(100));
  ASSERT_THAT(ledger_->Enter({Waiting(young), Claimed(claimed), Waiting(young, Channel::kEmail)}), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<Backlog> due, ledger_->Due());
  ASSERT_THAT(due, ElementsAre(Field(&Backlog::channel, Channel::kEmail), Field(&Backlog::channel, Channel::kLog)));
  EXPECT_EQ(due[0].due, 1);
  EXPECT_EQ(due[1].due, 2);
  EXPECT_GE(due[1].oldest, absl::Seconds(100));
  EXPECT_LT(due[1].oldest, absl::Seconds(110));
}

TEST_P(LedgerConformance, PrunesWhatIsOldAndDone) {
  const Event sent = AnEvent(1), failed = AnEvent(2), pending = AnEvent(3), young = AnEvent(4);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(sent), Claimed(failed), Waiting(pending)}));
  ASSERT_THAT(ledger_->MarkAll({Sent(entered.claimed[0]), Failed(entered.claimed[1])}), IsOk());
  harness_->PassTime(absl::Hours(25));
  ASSERT_OK_AND_ASSIGN(const Entered later, ledger_->Enter({Claimed(young)}));
  ASSERT_THAT(ledger_->MarkAll({Sent(later.claimed[0])}), IsOk());
  EXPECT_THAT(ledger_->Prune(absl::Hours(24), 100), IsOkAndHolds(2));
  EXPECT_THAT(ledger_->Prune(absl::Hours(24), 100), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10), IsOkAndHolds(SizeIs(1)));
  ASSERT_OK_AND_ASSIGN(const Entered again, ledger_->Enter({Waiting(young), Waiting(sent)}));
  EXPECT_EQ(again.inserted, 1) << "the young one was kept";
}

TEST_P(LedgerConformance, WhatReachedNobodyWasNoAttempt) {
  const Event event = AnEvent(1);
  ASSERT_OK_AND_ASSIGN(const Entered entered, ledger_->Enter({Claimed(event)}));
  Mark mark = {.id = entered.claimed[0].id, .claim = entered.claimed[0].claim, .state = State::kPending};
  mark.retry_after = absl::Seconds(10);
  mark.error = "smtp_connection";
  mark.counts = false;
  EXPECT_THAT(ledger_->MarkAll({mark}), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->MarkAll({mark}), IsOk());
  harness_->PassTime(absl::Seconds(11));
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 10));
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].attempt, 1);
}

TEST_P(LedgerConformance, GivesUpWhatIsDueAndHasWaitedForTooLong) {
  const Event old = AnEvent(1), mail = AnEvent(2), claimed = AnEvent(3), young = AnEvent(4);
  ASSERT_THAT(ledger_->Enter({Waiting(old), Waiting(mail, Channel::kEmail), Waiting(claimed)}), IsOk());
  harness_->PassTime(absl::Hours(25));
  ASSERT_THAT(ledger_->Enter({Waiting(young)}), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> held, ledger_->ClaimDue(Channel::kLog, 1));
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_THAT(ledger_->ExpireDue(Channel::kLog, absl::Hours(24), 10), IsOkAndHolds(1)) << "one old one is being sent";
  EXPECT_THAT(ledger_->ExpireDue(Channel::kLog, absl::Hours(24), 10), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kLog, 10),
              IsOkAndHolds(ElementsAre(Field(&ClaimedNotification::event, Field(&Event::order_id, young.order_id)))));
  EXPECT_THAT(ledger_->MarkAll({Sent(held[0])}), IsOkAndHolds(0));
  EXPECT_THAT(ledger_->ClaimDue(Channel::kEmail, 10), IsOkAndHolds(SizeIs(1))) << "another channel's are not touched";
}

TEST_P(LedgerConformance, LeavesOutThePayloadOfWhoNeedsNone) {
  const Event event = AnEvent(1);
  ASSERT_THAT(ledger_->Enter({{.event = &event, .channel = Channel::kLog, .keep_payload = false, .claim = false}}),
              IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger_->ClaimDue(Channel::kLog, 1));
  EXPECT_EQ(due.at(0).event.payload, "");
}

}  // namespace
}  // namespace ordermesh::notifier
