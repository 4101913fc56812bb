// The lists keep to their indexes: with statements that were prepared while the tables were empty, and a million rows
// later, whatever is rare among them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/testing/explain.h"
#include "libs/testing/status_matchers.h"
#include "services/notifier/sql.h"
#include "services/notifier/store/notifier_database.h"
#include "services/notifier/store/postgres_notification_store.h"
#include "tests/integration/notifier/notifier_database.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kOrder[] = "00000000-0000-4000-8000-000000000007";

class PlansTest : public ::testing::Test {
 protected:
  PlansTest() {
    database_.Run(
        "ALTER TABLE notifications.notifications SET (autovacuum_enabled = off); "
        "ALTER TABLE notifications.dead_letters SET (autovacuum_enabled = off)");
    Run("SET plan_cache_mode = force_generic_plan");
    for (const auto& [name, sql] :
         {std::pair{"of_all", sql::kListNotifications}, std::pair{"sent", sql::kListSentNotifications},
          std::pair{"failed", sql::kListFailedNotifications}, std::pair{"pending", sql::kListPendingNotifications},
          std::pair{"of_order", sql::kListNotificationsOfOrder}, std::pair{"dead", sql::kListDeadLetters}}) {
      Run(absl::StrCat("PREPARE ", name, " AS ", sql));
    }
    for (const char* list : kLists) ExpectIndexed(list);  // plans of empty tables
  }
  void Run(const std::string& sql) { ASSERT_THAT(db_.Run(sql), IsOk()); }
  // A million rows, each within the statement timeout. `n` numbers them.
  void Insert(const std::string& into, const std::string& columns) {
    for (int part = 0; part < 10; ++part) {
      database_.Run(absl::StrCat("INSERT INTO notifications.", into, " SELECT ", columns, " FROM generate_series(",
                                 part * 100'000 + 1, ", ", (part + 1) * 100'000, ") n"));
    }
  }
  // `state`, `error`, `next` and `recovered` are SQL about `n`.
  void InsertNotifications(const std::string& state, const std::string& error, const std::string& next,
                           const std::string& recovered) {
    Insert(
        "notifications (id, event_id, event_type, order_id, order_version, channel, recipient, state, attempt, "
        "payload, "
        "created_at, last_error, next_attempt_at, recovered)",
        absl::StrCat("gen_random_uuid(), gen_random_uuid(), 't', ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, "
                     "'0'))::uuid, 1, 1, 'contact', ",
                     state, ", 1, '', now() - interval '1 day' + n * interval '1 ms', ", error, ", ", next, ", ",
                     recovered));
  }
  void ExpectIndexed(const std::string& list) {
    const postgres::Statement statement = {
        names_.emplace_back(absl::StrCat("explain ", ++explained_)).c_str(),
        texts_.emplace_back(absl::StrCat("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ", list)).c_str()};
    const absl::StatusOr<postgres::Result> result = db_.Execute(statement);
    ASSERT_THAT(result, IsOk()) << list;
    const std::string plan(result->Text(0, 0));
    EXPECT_THAT(plan, Not(AnyOf(HasSubstr("Seq Scan"), HasSubstr("Bitmap")))) << list;
    const std::int64_t looked_at = testing::PagesLookedAt(plan);
    EXPECT_GE(looked_at, 0) << plan;
    EXPECT_LT(looked_at, 300) << list << "\n" << plan;
  }

  static constexpr char kSent[] = "sent('9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)";
  static constexpr const char* kLists[] = {
      "of_all('9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
      "failed('9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
      "pending('9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21, 60000)",
      "of_order('00000000-0000-4000-8000-000000000007', 0, '9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
      "of_order('00000000-0000-4000-8000-000000000007', 1, '9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
      "of_order('00000000-0000-4000-8000-000000000007', 2, '9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
      "of_order('00000000-0000-4000-8000-000000000007', 3, '9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
      "dead('9999-01-01', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 21)",
  };
  NotifierDatabase database_;
  postgres::Connection db_{ServiceDatabase(database_.url()).Worker("plans_test")};
  std::deque<std::string> names_, texts_;
  int explained_ = 0;
};

TEST_F(PlansTest, WhatIsRareAmongAMillionThatWereSent) {
  // Every second one had trouble first; three wait, three failed.
  InsertNotifications("CASE WHEN n IN (7, 9, 1009) THEN 1 WHEN n IN (8, 10, 1010) THEN 3 ELSE 2 END",
                      "CASE WHEN n % 2 = 0 THEN 'smtp_451' ELSE '' END",
                      "CASE WHEN n IN (7, 9, 1009) THEN now() + interval '1 hour' END",
                      "n % 2 = 0 AND n NOT IN (8, 10, 1010)");
  for (const bool analyzed : {false, true}) {
    if (analyzed) database_.Run("ANALYZE notifications.notifications");
    for (const char* list : kLists) ExpectIndexed(list);
    ExpectIndexed(kSent);
  }
  postgres::Connection db(ServiceDatabase(database_.url()).Worker("plans_test"));
  PostgresNotificationStore store(db, absl::Seconds(30));
  EXPECT_THAT(store.List({.state = State::kPending}), IsOkAndHolds(SizeIs(3)));
  EXPECT_THAT(store.List({.state = State::kFailed}), IsOkAndHolds(SizeIs(3)));
}

TEST_F(PlansTest, WhatIsRareAmongAMillionThatWaitWithAnError) {
  InsertNotifications(
      "CASE WHEN n IN (7, 9, 1009) THEN 2 WHEN n IN (8, 10, 1010) THEN 3 ELSE 1 END", "'smtp_connection'",
      "CASE WHEN n NOT IN (7, 8, 9, 10, 1009, 1010) THEN now() + interval '1 hour' END", "n IN (7, 9, 1009)");
  for (const bool analyzed : {false, true}) {
    if (analyzed) database_.Run("ANALYZE notifications.notifications");
    for (const char* list : kLists) ExpectIndexed(list);
  }
  // Nothing leads to what was sent but past all the others.
  postgres::ConnectionOptions session = ServiceDatabase(database_.url()).Worker("plans_test");
  session.statement_timeout = absl::Milliseconds(20);
  postgres::Connection db(session);
  PostgresNotificationStore store(db, absl::Seconds(30));
  EXPECT_THAT(store.List({.state = State::kFailed}), IsOkAndHolds(SizeIs(3)));
  const auto sent = store.List({.state = State::kSent});
  EXPECT_EQ(postgres::SqlState(sent.status()), "57014") << sent.status();
  const base::Uuid order = base::Uuid::Parse(kOrder).value();
  EXPECT_THAT(store.List({.order_id = order, .state = State::kSent}), IsOkAndHolds(SizeIs(1)));
}

TEST_F(PlansTest, AMillionDeadLetters) {
  Insert("dead_letters (id, message_id, routing_key, reason, body, created_at)",
         "gen_random_uuid(), n::text, '', 'rejected', '', now() - interval '1 day' + n * interval '1 ms'");
  for (const bool analyzed : {false, true}) {
    if (analyzed) database_.Run("ANALYZE notifications.dead_letters");
    ExpectIndexed(kLists[std::size(kLists) - 1]);
  }
}

}  // namespace
}  // namespace ordermesh::notifier
