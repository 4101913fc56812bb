// Notifications that wait for an earlier version of their order: they cost nothing while they wait, and none is
// forgotten.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/status_matchers.h"
#include "services/notifier/store/notifier_database.h"
#include "services/notifier/store/postgres_ledger.h"
#include "services/notifier/testing/events.h"
#include "tests/integration/notifier/notifier_database.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Longer than any test takes: nothing is looked at again by itself.
constexpr LedgerOptions kOptions = {.gap_wait = absl::Hours(1), .recheck = absl::Hours(1)};

class BlockedTest : public ::testing::Test {
 protected:
  std::unique_ptr<Ledger> MakeLedger() {
    return std::make_unique<PostgresLedger>(ServiceDatabase(database_.url()).Worker("blocked_test"), kOptions,
                                            base::SystemTimer());
  }
  // The first versions of `count` orders are to be tried again in a day.
  void DeferFirstVersions(std::uint32_t count) {
    const std::string order = AnEvent(0).order_id.ToString();  // its last 12 digits are its number
    database_.Run(absl::StrCat(
        "INSERT INTO notifications.notifications (id, event_id, event_type, order_id, order_version, channel, "
        "recipient, "
        "state, attempt, claim, last_error, payload, next_attempt_at) SELECT gen_random_uuid(), gen_random_uuid(), "
        "'t', ('",
        order.substr(0, 24), "' || lpad(to_hex(x'", order.substr(24), "'::bit(48)::bigint + n), 12, '0'))::uuid, 1, ",
        static_cast<int>(Channel::kLog), ", '", RecipientOf(Channel::kLog),
        "', 1, 1, 1, 'smtp_451', '', now() + interval '1 day' FROM generate_series(1, ", count, ") n"));
  }
  template <class Use>
  void EnterAll(Ledger& ledger, std::uint32_t count, std::int64_t version, Use use) {
    constexpr std::uint32_t kBatch = 500;
    for (std::uint32_t first = 1; first <= count; first += kBatch) {
      std::vector<Event> events;
      for (std::uint32_t n = first; n < first + kBatch && n <= count; ++n) events.push_back(AnEvent(n, version));
      std::vector<NewNotification> notifications;
      for (const Event& event : events) notifications.push_back({.event = &event, .claim = true});
      ASSERT_OK_AND_ASSIGN(const Entered entered, ledger.Enter(notifications));
      use(entered);
    }
  }
  // Pages of the table and its indexes that a ledger looked at while `use` used it. A session tells it all when it
  // ends.
  template <class Use>
  std::int64_t PagesOf(Use use) {
    const std::int64_t before = Pages();
    use(*MakeLedger());
    while (database_.Number(
               "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ordermesh-notifier blocked_test'") >
           0) {
    }
    return Pages() - before;
  }
  std::int64_t Pages() {
    return database_.Number(
        "SELECT (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::int8 FROM pg_statio_user_tables "
        "WHERE relname = 'notifications'");
  }
  std::int64_t CountBlocked() {
    return database_.Number("SELECT count(*) FROM notifications.notifications WHERE blocked");
  }
  static void LookOften(Ledger& ledger) {
    for (int i = 0; i < 100; ++i) EXPECT_THAT(ledger.ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  }

  NotifierDatabase database_;
};

TEST_F(BlockedTest, FiftyThousandAreNotLookedAtAgainAndAgain) {
  constexpr std::uint32_t kOrders = 50'000;
  DeferFirstVersions(kOrders);
  const std::int64_t none = PagesOf(LookOften);
  EnterAll(*MakeLedger(), kOrders, 2, [](const Entered& entered) { ASSERT_THAT(entered.claimed, IsEmpty()); });
  const std::int64_t many = PagesOf(LookOften);
  EXPECT_LT(many, 2 * none + 1000) << none << " without";

  // As a release that knew of no such thing left them: due, with one that may be sent behind them all.
  database_.Run(
      "UPDATE notifications.notifications SET blocked = false, next_attempt_at = now() WHERE id IN (SELECT id FROM "
      "notifications.notifications WHERE order_version = 2 LIMIT 5000)");
  const Event ready = AnEvent(kOrders + 1);
  std::unique_ptr<Ledger> ledger = MakeLedger();
  ASSERT_THAT(ledger->Enter({{.event = &ready, .claim = false}}), IsOk());
  std::vector<ClaimedNotification> claimed;
  for (int calls = 0; calls < 30 && claimed.empty(); ++calls) {
    ASSERT_OK_AND_ASSIGN(claimed, ledger->ClaimDue(Channel::kLog, 10));
  }
  ASSERT_THAT(claimed, SizeIs(1));
  EXPECT_EQ(claimed[0].event.id, ready.id);
  EXPECT_EQ(CountBlocked(), kOrders);
  ledger.reset();
  database_.Run("VACUUM notifications.notifications");  // of the entries of what was put off
  EXPECT_LT(PagesOf(LookOften), 2 * none + 1000);
}

// The other side's statement is under way while ours looks, in every order that two threads find.
TEST_F(BlockedTest, NoneIsForgottenThatIsEnteredWhileItsVersionBeforeIsMarked) {
  constexpr std::uint32_t kOrders = 400;
  std::vector<ClaimedNotification> first;
  EnterAll(*MakeLedger(), kOrders, 1,
           [&](const Entered& entered) { first.insert(first.end(), entered.claimed.begin(), entered.claimed.end()); });
  std::jthread marking([&, ledger = MakeLedger()] {
    for (const ClaimedNotification& notification : first) {
      EXPECT_THAT(ledger->MarkAll({{notification.id, notification.claim, State::kSent, {}, ""}}), IsOkAndHolds(0));
    }
  });
  std::jthread looking([ledger = MakeLedger()](std::stop_token stop) {
    while (!stop.stop_requested()) EXPECT_THAT(ledger->ClaimDue(Channel::kLog, 1), IsOk());
  });
  const std::unique_ptr<Ledger> ledger = MakeLedger();
  for (std::uint32_t n = 1; n <= kOrders; ++n) {
    const Event event = AnEvent(n, 2);
    EXPECT_THAT(ledger->Enter({{.event = &event, .claim = false}}), IsOk());
  }
  marking.join();
  looking = {};
  EXPECT_EQ(CountBlocked(), 0);
}

TEST_F(BlockedTest, WhatACrashKeptBackComesWhenItIsLookedAtAgain) {
  DeferFirstVersions(1);
  const std::unique_ptr<Ledger> ledger = MakeLedger();
  EnterAll(*ledger, 1, 2, [](const Entered& entered) { ASSERT_THAT(entered.claimed, IsEmpty()); });
  database_.PassTime(kOptions.gap_wait);
  ASSERT_THAT(ledger->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  database_.Run("UPDATE notifications.notifications SET state = 2, next_attempt_at = NULL WHERE order_version = 1");
  EXPECT_THAT(ledger->ClaimDue(Channel::kLog, 10), IsOkAndHolds(IsEmpty()));
  database_.PassTime(kOptions.recheck);
  EXPECT_THAT(ledger->ClaimDue(Channel::kLog, 10), IsOkAndHolds(SizeIs(1)));
  EXPECT_EQ(CountBlocked(), 0);
}

}  // namespace
}  // namespace ordermesh::notifier
