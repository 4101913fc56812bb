#include "services/notifier/app/send_notifications.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "absl/strings/str_split.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "services/notifier/testing/events.h"
#include "services/notifier/testing/fake_ledger.h"
#include "services/notifier/testing/fake_sender.h"

namespace ordermesh::notifier {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr LedgerOptions kLedger = {.lease = absl::Seconds(30), .gap_wait = absl::Seconds(60)};
constexpr base::BackoffPolicy kBackoff = {
    .initial = absl::Seconds(10), .max = absl::Minutes(30), .multiplier = 2, .jitter = 0};

// Attempts that wait where they are made.
class HeldSends {
 public:
  explicit HeldSends(FakeOutside& outside) {
    outside.OnSend([this](const ClaimedNotification&) {
      base::MutexLock lock(mu_);
      begun_ = true;
      changed_.NotifyAll();
      changed_.Wait(mu_, {}, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return go_on_; });
    });
  }
  bool WaitForOne() {
    base::MutexLock lock(mu_);
    return changed_.WaitFor(mu_, {}, absl::Seconds(10), [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return begun_; });
  }
  void Release() {
    base::MutexLock lock(mu_);
    go_on_ = true;
    changed_.NotifyAll();
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  bool begun_ ABSL_GUARDED_BY(mu_) = false, go_on_ ABSL_GUARDED_BY(mu_) = false;
};

class SendNotificationsTest : public ::testing::Test {
 protected:
  std::unique_ptr<SendNotifications> Start(SendOptions options = {}) {
    options.poll_interval = absl::Milliseconds(1);
    return std::make_unique<SendNotifications>(
        options, ledger_, [this] { return std::make_unique<FakeSender>(outside_); }, policy_, clock_, clock_, random_,
        ChannelMetrics(metrics_, options.channel));
  }
  void Enter(const Event& event) {
    FakeLedger ledger(rows_);
    ASSERT_TRUE(ledger.Enter({{.event = &event, .channel = Channel::kLog, .claim = false}}).ok());
  }
  // Moves the time on until `ready`, so that pauses end; but not while a notification is being sent and marked, for its
  // lease could run out, and it would be claimed again.
  void AdvanceUntil(const std::function<bool()>& ready) {
    const absl::Time give_up = absl::Now() + absl::Seconds(10);
    while (!ready()) {
      ASSERT_LT(absl::Now(), give_up);
      if (rows_.CountLeased() == 0 || clock_.SomeoneSleeps()) clock_.Advance(absl::Milliseconds(100));
      std::this_thread::yield();
    }
  }

  // How many lines `event` has in the log when 40 attempts end so, in one go: the clock stands still meanwhile.
  int LinesOfForty(const SendResult& answer, const char* event) {
    ::testing::internal::CaptureStderr();
    outside_.Answer(answer);
    for (std::uint32_t i = 1; i <= 40; ++i) Enter(AnEvent(i));
    auto send = Start({.batch = 40});
    AdvanceUntil([&] { return outside_.attempts() == 40; });
    send->Stop();
    const std::string log = ::testing::internal::GetCapturedStderr();
    return static_cast<int>(std::vector<std::string>(absl::StrSplit(log, event)).size()) - 1;
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  base::Metrics metrics_;
  FakeLedgerRows rows_{clock_, clock_, kLedger};
  FakeLedger ledger_{rows_};
  FakeOutside outside_;
  RetryPolicy policy_{3, kBackoff, random_};
};

TEST_F(SendNotificationsTest, SendsWhatItIsOffered) {
  auto send = Start();
  FakeLedger entering(rows_);
  const Event event = AnEvent(1);
  // As much as there is room; some of it is taken for a moment when what is due is looked for.
  int reserved = 0;
  while (reserved < 2) reserved += send->Reserve(5);
  ASSERT_EQ(reserved, 2);
  auto entered = entering.Enter({{.event = &event, .channel = Channel::kLog, .claim = true}});
  ASSERT_TRUE(entered.ok());
  send->Offer(entered->claimed, 2);
  EXPECT_TRUE(rows_.WaitForCount(State::kSent, 1));
  EXPECT_THAT(outside_.sent(), ElementsAre(event.id));
}

TEST_F(SendNotificationsTest, SendsWhatIsDue) {
  for (std::uint32_t i = 1; i <= 20; ++i) Enter(AnEvent(i));
  auto send = Start({.workers = 3});
  AdvanceUntil([&] { return rows_.CountIn(State::kSent) == 20; });
  EXPECT_THAT(outside_.sent(), SizeIs(20));
}

TEST_F(SendNotificationsTest, TriesAgainWhenItsTimeHasComeAndGivesUpInTheEnd) {
  outside_.Answer(SendResult::Transient("smtp_451"));
  Enter(AnEvent(1));
  auto send = Start();
  AdvanceUntil([&] { return rows_.CountIn(State::kFailed) == 1; });
  EXPECT_EQ(outside_.attempts(), 3);
  const FakeLedgerRows::Row row = rows_.rows()[0];
  EXPECT_EQ(row.last_error, "smtp_451");
  EXPECT_EQ(row.notification.attempt, 3);
}

TEST_F(SendNotificationsTest, WhatIsTriedAgainIsLoggedMoreAndMoreRarely) {
  EXPECT_EQ(LinesOfForty(SendResult::Transient("smtp_451"), "\"notification_deferred\""), 6);
}

TEST_F(SendNotificationsTest, WhatIsGivenUpIsLoggedEachTime) {
  EXPECT_EQ(LinesOfForty(SendResult::Permanent("smtp_550"), "\"notification_failed\""), 40);
}

TEST_F(SendNotificationsTest, GivesUpAtOnceWhatIsRefusedForGood) {
  outside_.Answer(SendResult::Permanent("smtp_550"));
  Enter(AnEvent(1));
  auto send = Start();
  AdvanceUntil([&] { return rows_.CountIn(State::kFailed) == 1; });
  EXPECT_EQ(outside_.attempts(), 1);
}

TEST_F(SendNotificationsTest, WhatIsNotWantedIsGivenUpAndTroublesNobody) {
  EXPECT_EQ(LinesOfForty(SendResult::Unwanted(), "\"notification_failed\""), 0);
  EXPECT_EQ(rows_.CountIn(State::kFailed), 40);
  EXPECT_EQ(rows_.rows()[0].last_error, "unwanted");
  const ChannelMetrics metrics(metrics_, Channel::kLog);
  EXPECT_EQ(metrics.unwanted.Value(), 40);
  EXPECT_EQ(metrics.failed.Value(), 0);
}

TEST_F(SendNotificationsTest, GivesUpWithoutSendingWhatEndedItsWorkersTooOften) {
  Enter(AnEvent(1));
  for (int i = 0; i < 3; ++i) {  // workers that die
    ASSERT_TRUE(FakeLedger(rows_).ClaimDue(Channel::kLog, 1).ok());
    clock_.Advance(kLedger.lease + absl::Seconds(1));
  }
  auto send = Start();
  AdvanceUntil([&] { return rows_.CountIn(State::kFailed) == 1; });
  EXPECT_EQ(outside_.attempts(), 0);
  EXPECT_EQ(rows_.rows()[0].last_error, "attempts_exhausted");
}

TEST_F(SendNotificationsTest, SendsNothingMoreWhileMarksCannotBeWritten) {
  for (std::uint32_t i = 1; i <= 20; ++i) Enter(AnEvent(i));
  outside_.OnSend([this](const ClaimedNotification&) {
    if (outside_.attempts() == 1) rows_.FailNext(absl::UnavailableError("down"), 5);
  });
  auto send = Start({.workers = 1});
  clock_.WaitForSleepers(1);  // the ledger's thread pauses after the first failure
  EXPECT_EQ(outside_.attempts(), 1);
  AdvanceUntil([&] { return rows_.CountIn(State::kSent) == 20; });
  EXPECT_EQ(outside_.attempts(), 20) << "none was sent twice";
}

TEST_F(SendNotificationsTest, DoesNotBeginWhatItsLeaseWouldNotCover) {
  FakeLedger entering(rows_);
  const Event event = AnEvent(1);
  auto entered = entering.Enter({{.event = &event, .channel = Channel::kLog, .claim = true}});
  ASSERT_TRUE(entered.ok());
  clock_.Advance(kLedger.lease - absl::Seconds(5));
  auto send = Start({.attempt_timeout = absl::Seconds(10)});
  ASSERT_EQ(send->Reserve(1), 1);
  send->Offer(entered->claimed, 1);
  AdvanceUntil([&] { return rows_.CountIn(State::kSent) == 1; });
  EXPECT_EQ(outside_.attempts(), 1);
  EXPECT_EQ(rows_.rows()[0].notification.claim, 2) << "it was given back and claimed anew";
  EXPECT_EQ(rows_.rows()[0].notification.attempt, 1) << "that was no attempt";
}

TEST_F(SendNotificationsTest, ABatchSharesItsMark) {
  auto send = Start({.batch = 8, .depth = 1});
  for (std::uint32_t i = 1; i <= 30; ++i) Enter(AnEvent(i));
  AdvanceUntil([&] { return rows_.CountIn(State::kSent) == 30; });
}

TEST_F(SendNotificationsTest, StoppingEndsWhatWasBegunAndGivesBackTheRest) {
  HeldSends held(outside_);
  for (std::uint32_t i = 1; i <= 2; ++i) Enter(AnEvent(i));
  auto send = Start();
  ASSERT_TRUE(held.WaitForOne());
  std::jthread stopping([&] { send->Stop(); });
  held.Release();
  stopping.join();
  EXPECT_EQ(rows_.CountIn(State::kSent), outside_.attempts());
  for (const FakeLedgerRows::Row& row : rows_.rows()) {
    if (row.state != State::kPending) continue;
    EXPECT_EQ(row.notification.attempt, 0);
    EXPECT_LE(row.next_attempt, clock_.Now());
  }
}

TEST_F(SendNotificationsTest, StoppingGivesBackWhatWillNotBeginWhileAnAttemptIsStillUnderWay) {
  HeldSends held(outside_);
  for (std::uint32_t i = 1; i <= 4; ++i) Enter(AnEvent(i));
  auto send = Start({.depth = 4});
  ASSERT_TRUE(held.WaitForOne());
  std::jthread stopping([&] { send->Stop(); });
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (rows_.CountLeased() > 1 && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_EQ(rows_.CountLeased(), 1) << "only the one under way is still claimed";
  held.Release();
}

TEST_F(SendNotificationsTest, LogsALedgerThatStaysAwayMoreAndMoreRarely) {
  Enter(AnEvent(1));
  rows_.FailNext(absl::UnavailableError("down"), 10);
  ::testing::internal::CaptureStderr();
  auto send = Start();
  AdvanceUntil([&] { return rows_.CountIn(State::kSent) == 1; });
  send->Stop();
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4) << log;
}

TEST_F(SendNotificationsTest, CountsWhatItDoes) {
  outside_.Answer(SendResult::Transient("smtp_451"));
  Enter(AnEvent(1));
  auto send = Start();
  AdvanceUntil([&] { return rows_.CountIn(State::kFailed) == 1; });
  const ChannelMetrics seen(metrics_, Channel::kLog);
  EXPECT_EQ(seen.retried.Value(), 2);
  EXPECT_EQ(seen.failed.Value(), 1);
  EXPECT_EQ(seen.sent.Value(), 0);
  EXPECT_EQ(seen.reachable.Value(), 1);
}

TEST_F(SendNotificationsTest, AServerThatIsAwayUsesNoAttemptsUpAndIsAskedByOneAtATime) {
  outside_.Answer(SendResult::Unreachable("smtp_connection"));
  for (std::uint32_t i = 1; i <= 50; ++i) Enter(AnEvent(i));
  auto send = Start({.workers = 4, .depth = 4, .probes = {.initial = absl::Seconds(10), .max = absl::Seconds(10)}});
  const ChannelMetrics seen(metrics_, Channel::kLog);
  const absl::Time since = clock_.Now();
  AdvanceUntil([&] { return outside_.attempts() >= 24; });
  // Four may have begun before the first failure was known; after that a probe each 8 s at the soonest.
  EXPECT_GE(clock_.Now() - since, 19 * absl::Seconds(8));
  EXPECT_NE(seen.breaker.Value(), 0);
  EXPECT_EQ(seen.reachable.Value(), 0);
  EXPECT_GE(seen.unreached.Value(), 23) << "the last may be under way";
  EXPECT_EQ(seen.retried.Value(), 0);
  EXPECT_EQ(rows_.CountIn(State::kPending), 50);
  EXPECT_EQ(send->Reserve(1), 0) << "what comes in meanwhile waits in the ledger";

  outside_.Answer(SendResult::Sent());
  AdvanceUntil([&] { return rows_.CountIn(State::kSent) == 50; });
  EXPECT_EQ(seen.breaker.Value(), 0);
  for (const FakeLedgerRows::Row& row : rows_.rows()) EXPECT_EQ(row.notification.attempt, 1);
}

TEST_F(SendNotificationsTest, WhatCannotBeSentAnywayDoesNotTellThatTheServerIsBack) {
  outside_.Answer(SendResult::Unreachable("smtp_connection"));
  Enter(AnEvent(1));
  auto send = Start();
  const ChannelMetrics seen(metrics_, Channel::kLog);
  AdvanceUntil([&] { return seen.unreached.Value() > 0; });
  outside_.Answer(SendResult::Unsendable("no_contact"));
  AdvanceUntil([&] { return rows_.CountIn(State::kFailed) == 1; });
  EXPECT_NE(seen.breaker.Value(), 0);
  EXPECT_EQ(seen.reachable.Value(), 0);
}

TEST_F(SendNotificationsTest, WhatHasWaitedForTooLongForAServerThatIsAwayIsGivenUp) {
  outside_.Answer(SendResult::Unreachable("smtp_connection"));
  for (std::uint32_t i = 1; i <= 20; ++i) Enter(AnEvent(i));
  auto send = Start({.longest_wait = absl::Minutes(2)});
  const absl::Time since = clock_.Now();
  AdvanceUntil([&] { return rows_.CountIn(State::kFailed) == 20; });
  EXPECT_GT(clock_.Now() - since, absl::Minutes(2));
  for (const FakeLedgerRows::Row& row : rows_.rows()) EXPECT_EQ(row.last_error, "unreachable");
  EXPECT_EQ(ChannelMetrics(metrics_, Channel::kLog).failed.Value(), 20);
}

}  // namespace
}  // namespace ordermesh::notifier
