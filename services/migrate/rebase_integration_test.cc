#include "services/migrate/rebase.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"

namespace ordermesh::migrate {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Transaction ids that this database is far from.
constexpr char kRestored[] = R"sql(
INSERT INTO orders.outbox (position, xid, event_id, aggregate_id, type, payload, created_at) OVERRIDING SYSTEM VALUE VALUES
  (1, '900000000001', gen_random_uuid(), gen_random_uuid(), 'a', '', '2026-01-01 00:00:01Z'),
  (2, '900000000003', gen_random_uuid(), gen_random_uuid(), 'b', '', '2026-01-01 00:00:02Z'),
  (3, '900000000002', gen_random_uuid(), gen_random_uuid(), 'c', '', '2026-01-01 00:00:03Z'),
  (4, '900000000004', gen_random_uuid(), gen_random_uuid(), 'd', '', '2026-01-01 00:00:04Z');
SELECT setval(pg_get_serial_sequence('orders.outbox', 'position'), 4);
INSERT INTO orders.outbox_cursor (sink, xid, position, system_identifier, updated_at) VALUES
  ('ahead', '900000000004', 4, 42, '2026-01-01 00:01:00Z'),
  ('between', '900000000002', 3, 42, '2026-01-01 00:01:00Z'),
  ('new', '0', 0, 42, '2026-01-01 00:00:00Z');
UPDATE orders.outbox_pruned SET xid = '900000000000', position = 0;
)sql";
constexpr char kAccept[] =
    "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) VALUES (gen_random_uuid(), gen_random_uuid(), "
    "'e', '')";

class RebaseTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(database_, TestDatabase::Create()); }
  postgres::Connection& db() { return database_->admin(); }

  // What the relay would send to this sink.
  std::vector<std::string> Unsent(const char* sink) {
    absl::StatusOr<postgres::Result> rows = db().Execute(
        {"unsent",
         "SELECT o.type FROM orders.outbox o, orders.outbox_cursor c WHERE c.sink = $1 AND (o.xid, o.position) > "
         "(c.xid, c.position) AND o.xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY o.xid, o.position"},
        postgres::Params().Text(sink));
    EXPECT_THAT(rows, IsOk());
    std::vector<std::string> types;
    for (int i = 0; rows.ok() && i < rows->rows(); ++i) types.emplace_back(rows->Text(i, 0));
    return types;
  }

  std::unique_ptr<TestDatabase> database_;
};

TEST_F(RebaseTest, LeavesAnOutboxOfThisSystemAlone) {
  ASSERT_THAT(db().Run(kAccept), IsOk());
  ASSERT_THAT(
      db().Run("INSERT INTO orders.outbox_cursor (sink, xid, position, system_identifier) SELECT 'kafka', '5', 7, "
               "system_identifier FROM pg_control_system()"),
      IsOk());
  EXPECT_THAT(RebaseOutboxes(db()), IsOkAndHolds(false));
  EXPECT_FALSE(db().in_transaction());
  ASSERT_OK_AND_ASSIGN(const postgres::Result cursor,
                       db().Execute({"c", "SELECT xid, position FROM orders.outbox_cursor"}));
  EXPECT_EQ(cursor.Xid8(0, 0), 5u);
  EXPECT_EQ(cursor.Int8(0, 1), 7);
}

TEST_F(RebaseTest, GivesEachSinkWhatItDidNotGet) {
  ASSERT_THAT(db().Run(kRestored), IsOk());
  EXPECT_THAT(RebaseOutboxes(db()), IsOkAndHolds(true));
  EXPECT_THAT(Unsent("ahead"), IsEmpty());
  // c was sent, b (an earlier position, a later transaction) was not: c comes again.
  EXPECT_THAT(Unsent("between"), ElementsAre("b", "c", "d"));
  EXPECT_THAT(Unsent("new"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(RebaseOutboxes(db()), IsOkAndHolds(false));
}

TEST_F(RebaseTest, EverySchemasOutboxIsRebasedAndThoseAtHomeAreLeftAlone) {
  ASSERT_THAT(db().Run(R"sql(
    INSERT INTO orders.outbox_cursor (sink, xid, position, system_identifier)
    SELECT 'kafka', '5', 7, system_identifier FROM pg_control_system();
    INSERT INTO catalog.outbox_cursor (sink, xid, position, system_identifier) VALUES ('kafka', '900000000004', 4, 42);
  )sql"),
              IsOk());
  EXPECT_THAT(RebaseOutboxes(db()), IsOkAndHolds(true));
  ASSERT_OK_AND_ASSIGN(const postgres::Result cursors,
                       db().Execute({"c",
                                     "SELECT c.xid, system_identifier FROM orders.outbox_cursor c UNION ALL "
                                     "SELECT c.xid, system_identifier FROM catalog.outbox_cursor c"}));
  EXPECT_EQ(cursors.Xid8(0, 0), 5u);
  EXPECT_EQ(cursors.Xid8(1, 0), 1u);
  EXPECT_EQ(cursors.Int8(0, 1), cursors.Int8(1, 1));
  EXPECT_THAT(RebaseOutboxes(db()), IsOkAndHolds(false));
}

TEST_F(RebaseTest, WhatIsAcceptedAfterwardsComesBehind) {
  ASSERT_THAT(db().Run(kRestored), IsOk());
  ASSERT_THAT(RebaseOutboxes(db()), IsOkAndHolds(true));
  ASSERT_THAT(db().Run(kAccept), IsOk());
  EXPECT_THAT(Unsent("ahead"), ElementsAre("e"));
  EXPECT_THAT(Unsent("new"), ElementsAre("a", "b", "c", "d", "e"));
}

TEST_F(RebaseTest, WhatWasAcceptedBetweenRestoreAndRebaseIsNotTakenForSent) {
  ASSERT_THAT(db().Run(kRestored), IsOk());
  ASSERT_THAT(db().Run(kAccept), IsOk());
  EXPECT_THAT(Unsent("ahead"), IsEmpty());  // Why the relay has to stop.
  ASSERT_THAT(RebaseOutboxes(db()), IsOkAndHolds(true));
  EXPECT_THAT(Unsent("ahead"), ElementsAre("e"));
  EXPECT_THAT(Unsent("between"), ElementsAre("b", "c", "d", "e"));
}

}  // namespace
}  // namespace ordermesh::migrate
