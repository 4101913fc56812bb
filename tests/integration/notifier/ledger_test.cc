#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "libs/testing/status_matchers.h"
#include "services/notifier/store/notifier_database.h"
#include "services/notifier/store/postgres_ledger.h"
#include "services/notifier/store/postgres_resends.h"
#include "services/notifier/testing/events.h"
#include "services/notifier/testing/resend_conformance.h"
#include "tests/integration/notifier/notifier_database.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOk;

class PostgresHarness : public LedgerHarness {
 public:
  std::unique_ptr<Ledger> MakeLedger() override {
    return std::make_unique<PostgresLedger>(ServiceDatabase(database_.url()).Worker("ledger_test"), kHarnessOptions,
                                            base::SystemTimer());
  }
  void SetContact(const base::Uuid& order_id, const std::string& contact) override {
    database_.AddOrder(order_id, contact);
  }
  void SetWantsUpdates(const base::Uuid& order_id, bool wants) override { database_.SetWantsUpdates(order_id, wants); }
  std::unique_ptr<ResendStore> MakeResends() override {
    sessions_.push_back(std::make_unique<postgres::Connection>(ServiceDatabase(database_.url()).Worker("ledger_test")));
    return std::make_unique<PostgresResends>(*sessions_.back());
  }
  void PassTime(absl::Duration duration) override { database_.PassTime(duration); }
  absl::Time Now() override { return absl::FromUnixMicros(absl::ToUnixMicros(base::SystemClock().Now())); }

 private:
  NotifierDatabase database_;
  std::vector<std::unique_ptr<postgres::Connection>> sessions_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, LedgerConformance,
                         ::testing::Values([] { return std::make_unique<PostgresHarness>(); }));
INSTANTIATE_TEST_SUITE_P(Postgres, ResendConformance,
                         ::testing::Values([] { return std::make_unique<PostgresHarness>(); }));

TEST(PostgresLedgerTest, ADeletedCustomerWantsNoUpdates) {
  NotifierDatabase database;
  PostgresLedger ledger(ServiceDatabase(database.url()).Worker("ledger_test"), kHarnessOptions, base::SystemTimer());
  const Event accepted = AnEvent(1), paid = AnEvent(1, 2);
  database.AddOrder(paid.order_id, "ada@example.com");
  database.SetWantsUpdates(paid.order_id, true);
  database.Run("UPDATE catalog.customers SET deleted_at = now()");
  ASSERT_OK_AND_ASSIGN(const Entered first,
                       ledger.Enter({{.event = &accepted, .channel = Channel::kEmail, .claim = true}}));
  ASSERT_THAT(ledger.MarkAll({{first.claimed.at(0).id, 1, State::kSent, {}, ""}}), testing::IsOkAndHolds(0));
  ASSERT_OK_AND_ASSIGN(const Entered second,
                       ledger.Enter({{.event = &paid, .channel = Channel::kEmail, .claim = true}}));
  EXPECT_EQ(second.claimed.at(0).contact, "ada@example.com");
  EXPECT_FALSE(second.claimed[0].wants_updates);
  ASSERT_THAT(ledger.Release(second.claimed), IsOk());
  ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger.ClaimDue(Channel::kEmail, 10));
  EXPECT_FALSE(due.at(0).wants_updates);
}

// What the table's layout is for: see the migration.
TEST(PostgresLedgerTest, AFirstAttemptThatSucceedsIsMarkedWithoutTouchingAnIndex) {
  NotifierDatabase database;
  PostgresLedger ledger(ServiceDatabase(database.url()).Worker("ledger_test"), kHarnessOptions, base::SystemTimer());
  constexpr int kBatches = 20, kBatch = 50;
  for (int batch = 0; batch < kBatches; ++batch) {
    std::vector<Event> events;
    std::vector<NewNotification> notifications;
    for (int i = 0; i < kBatch; ++i) events.push_back(AnEvent(batch * kBatch + i + 1));
    for (const Event& event : events) {
      notifications.push_back({.event = &event, .channel = Channel::kLog, .keep_payload = false, .claim = true});
    }
    ASSERT_OK_AND_ASSIGN(const Entered entered, ledger.Enter(notifications));
    std::vector<Mark> marks;
    for (const ClaimedNotification& notification : entered.claimed)
      marks.push_back({notification.id, notification.claim, State::kSent, {}, ""});
    ASSERT_THAT(ledger.MarkAll(marks), testing::IsOkAndHolds(0));
  }
  database.Run("SELECT pg_stat_force_next_flush()");
  // The ledger's own session reports its counts when it is idle, within a second; a new session's are there at once.
  const std::string counts =
      "SELECT 100 * n_tup_hot_upd / greatest(n_tup_upd, 1) FROM pg_stat_user_tables WHERE relname = 'notifications'";
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (database.Number("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'notifications'") <
             kBatches * kBatch &&
         absl::Now() < give_up) {
    ASSERT_THAT(ledger.Due(), IsOk());  // a statement of that session, behind which it reports
  }
  EXPECT_GE(database.Number(counts), 95);
}

// A plan that was made on the empty table is kept: it must not be one that scans.
TEST(PostgresLedgerTest, PlansMadeOnTheEmptyTableStayGoodWhenItGrows) {
  NotifierDatabase database;
  PostgresLedger ledger(ServiceDatabase(database.url()).Worker("ledger_test"), kHarnessOptions, base::SystemTimer());
  auto run_once = [&](std::uint32_t number) {
    const Event event = AnEvent(number), next = AnEvent(number, 2), third = AnEvent(number, 3);
    database.AddOrder(event.order_id, "ada@example.com");
    database.SetWantsUpdates(event.order_id, true);
    ASSERT_OK_AND_ASSIGN(const Entered entered,
                         ledger.Enter({{.event = &event, .channel = Channel::kEmail, .claim = true}}));
    ASSERT_THAT(ledger.MarkAll({{entered.claimed.at(0).id, 1, State::kSent, {}, ""}}), IsOk());
    ASSERT_THAT(ledger.Enter({{.event = &next, .channel = Channel::kEmail, .claim = false}}), IsOk());
    ASSERT_OK_AND_ASSIGN(const std::vector<ClaimedNotification> due, ledger.ClaimDue(Channel::kEmail, 10));
    ASSERT_EQ(due.size(), 1u);
    ASSERT_TRUE(due[0].wants_updates);
    ASSERT_THAT(ledger.MarkAll({{due[0].id, due[0].claim, State::kFailed, {}, "smtp_550"}}), IsOk());
    ASSERT_OK_AND_ASSIGN(const Entered last,
                         ledger.Enter({{.event = &third, .channel = Channel::kEmail, .claim = true}}));
    ASSERT_TRUE(last.claimed.at(0).wants_updates);
    ASSERT_THAT(ledger.MarkAll({{last.claimed[0].id, 1, State::kSent, {}, ""}}), IsOk());
  };
  for (std::uint32_t i = 1; i <= 8; ++i) run_once(i);  // Past the sixth a prepared statement may get its generic plan.
  database.Run(
      "INSERT INTO notifications.notifications (id, event_id, event_type, order_id, order_version, channel, recipient, "
      "state, attempt, claim, payload) SELECT gen_random_uuid(), gen_random_uuid(), 't', gen_random_uuid(), 1, 1, "
      "'contact', "
      "2, 1, 1, '' FROM generate_series(1, 100000);"
      "INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, total_minor, currency, "
      "contact_email, note) SELECT gen_random_uuid(), 'x', i::text, '', 'C', 1, 0, 'EUR', 'a@example.com', '' FROM "
      "generate_series(1, 100000) i;"
      "INSERT INTO catalog.customers (id, name, email) SELECT 'C' || i, 'Ada', 'a@example.com' FROM "
      "generate_series(1, 100000) i");
  const auto read = [&] {
    return database.Number(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::int8 FROM pg_stat_user_tables "
        "WHERE relname IN ('notifications', 'orders', 'customers')");
  };
  const std::int64_t before = read();
  for (std::uint32_t i = 11; i <= 30; ++i) run_once(i);
  EXPECT_LT(read() - before, 10'000);
}

}  // namespace
}  // namespace ordermesh::notifier
