// The outbox in a real PostgreSQL: the conformance suite, and the upkeep.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/testing/test_database.h"
#include "services/relay/store/postgres_outbox.h"
#include "services/relay/store/postgres_upkeep.h"
#include "services/relay/store/relay_database.h"
#include "services/relay/testing/outbox_conformance.h"

namespace ordermesh::relay {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;

constexpr postgres::Statement kInsertOrder = {"test_insert_order",
                                              "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload, "
                                              "headers) VALUES ($1, $2::text::uuid, $3, $4, $5)"};
constexpr postgres::Statement kInsertChange = {
    "test_insert_change",
    "INSERT INTO catalog.outbox (event_id, aggregate_id, type, payload, headers) VALUES ($1, $2, $3, $4, $5)"};

absl::Status Insert(postgres::Connection& connection, const Event& event,
                    const postgres::Statement& insert = kInsertOrder) {
  return connection
      .Execute(insert, postgres::Params()
                           .Uuid(event.id)
                           .Text(event.subject)
                           .Text(event.type)
                           .Bytes(event.payload)
                           .Json(event.headers))
      .status();
}

std::unique_ptr<testing::TestDatabase> MakeDatabase() {
  absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
  EXPECT_THAT(database, IsOk());
  return *std::move(database);
}

postgres::Database Relays(const testing::TestDatabase& database) {
  return ServiceDatabase(database.UrlAs("ordermesh_relay"), {});
}

class PostgresOutboxUnderTest : public OutboxUnderTest {
 public:
  PostgresOutboxUnderTest(std::string schema, const postgres::Statement& insert)
      : schema_(std::move(schema)), insert_(insert) {}
  std::unique_ptr<OutboxStore> Open(const std::string& sink) override {
    return std::make_unique<PostgresOutbox>(Relays(*database_), schema_, sink);
  }
  void Append(const Event& event) override { EXPECT_THAT(Insert(database_->admin(), event, insert_), IsOk()); }
  void AppendLate(const Event& event) override {
    EXPECT_THAT(late_.Begin(), IsOk());
    EXPECT_THAT(Insert(late_, event, insert_), IsOk());
  }
  void CommitLate() override { EXPECT_THAT(late_.Commit(), IsOk()); }
  void EndSession(const std::string& sink) override {
    // Waits for its end, since the lock lasts as long as the process.
    Run(
        absl::StrCat("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = "
                     "'ordermesh-relay ",
                     FeedSinkName(schema_, sink), "' AND datname = current_database()"));
  }
  void MakeCursorForeign(const std::string& sink) override {
    Run(absl::StrCat("UPDATE ", schema_, ".outbox_cursor SET system_identifier = 1 WHERE sink = '", sink, "'"));
  }
  void PutCursorAhead(const std::string& sink) override {
    Run(absl::StrCat("UPDATE ", schema_, ".outbox_cursor SET xid = '99999999' WHERE sink = '", sink, "'"));
  }
  Position cursor(const std::string& sink) override {
    Run(absl::StrCat("SET search_path = ", schema_));
    absl::StatusOr<postgres::Result> row = database_->admin().Execute(
        {"test_cursor", "SELECT xid, position FROM outbox_cursor WHERE sink = $1"}, postgres::Params().Text(sink));
    EXPECT_THAT(row, IsOk());
    return row->rows() == 0 ? Position() : Position{row->Xid8(0, 0), row->Int8(0, 1)};
  }
  std::vector<std::pair<base::Uuid, std::string>> dead(const std::string& sink) override {
    Run(absl::StrCat("SET search_path = ", schema_));
    absl::StatusOr<postgres::Result> rows = database_->admin().Execute(
        {"test_dead", "SELECT event_id, reason FROM outbox_dead WHERE sink = $1"}, postgres::Params().Text(sink));
    EXPECT_THAT(rows, IsOk());
    std::vector<std::pair<base::Uuid, std::string>> dead;
    for (int i = 0; i < rows->rows(); ++i) dead.emplace_back(rows->Uuid(i, 0), std::string(rows->Text(i, 1)));
    return dead;
  }

 private:
  void Run(const std::string& sql) { EXPECT_THAT(database_->admin().Run(sql), IsOk()); }

  const std::string schema_;
  const postgres::Statement insert_;
  std::unique_ptr<testing::TestDatabase> database_ = MakeDatabase();
  postgres::Connection late_{{.url = database_->url()}};
};

INSTANTIATE_TEST_SUITE_P(Orders, OutboxConformanceTest, ::testing::Values([] {
                           return std::make_unique<PostgresOutboxUnderTest>("orders", kInsertOrder);
                         }));
INSTANTIATE_TEST_SUITE_P(Catalog, OutboxConformanceTest, ::testing::Values([] {
                           return std::make_unique<PostgresOutboxUnderTest>("catalog", kInsertChange);
                         }));

// Sinks of one name at two outboxes.
TEST(PostgresOutboxTest, EachOutboxHasLocksAndCursorsOfItsOwn) {
  const std::unique_ptr<testing::TestDatabase> database = MakeDatabase();
  ASSERT_THAT(Insert(database->admin(), AnEvent(1, 1), kInsertChange), IsOk());
  PostgresOutbox orders(Relays(*database), "orders", "kafka");
  PostgresOutbox catalog(Relays(*database), "catalog", "kafka");
  ASSERT_THAT(orders.TryLock(), IsOkAndHolds(true));
  ASSERT_THAT(catalog.TryLock(), IsOkAndHolds(true));
  ASSERT_THAT(orders.LoadCursor(), IsOk());
  ASSERT_THAT(catalog.LoadCursor(), IsOk());
  EXPECT_THAT(orders.Read({}, {}), IsOkAndHolds(::testing::IsEmpty()));
  const absl::StatusOr<std::vector<Event>> events = catalog.Read({}, {});
  ASSERT_THAT(events, IsOkAndHolds(::testing::SizeIs(1)));
  ASSERT_THAT(catalog.Advance({}, events->front().at), IsOk());
  EXPECT_THAT(orders.LoadCursor(), IsOkAndHolds(Position()));
}

// A relay of the release before there were feeds, which may still run, holds this.
TEST(PostgresOutboxTest, TheLockOfOrdersIsNamedAsItWas) {
  const std::unique_ptr<testing::TestDatabase> database = MakeDatabase();
  ASSERT_THAT(database->admin().Run("SELECT pg_advisory_lock(hashtextextended('ordermesh.relay.kafka', 0))"), IsOk());
  PostgresOutbox outbox(Relays(*database), "orders", "kafka");
  EXPECT_THAT(outbox.TryLock(), IsOkAndHolds(false));
}

class PostgresUpkeepTest : public ::testing::Test {
 protected:
  void Append(int count) {
    Run(absl::StrCat(
        "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload, created_at) SELECT "
        "gen_random_uuid(), gen_random_uuid(), 't', '', now() - interval '1 hour' FROM generate_series(1, ",
        count, ")"));
  }
  void PutCursor(const std::string& sink, int position) {
    Run(absl::StrCat("INSERT INTO orders.outbox_cursor (sink, xid, position, system_identifier) SELECT '", sink,
                     "', xid, position, 0 FROM orders.outbox WHERE position = ", position,
                     " ON CONFLICT (sink) DO UPDATE SET xid = excluded.xid, position = excluded.position"));
  }
  std::int64_t Rows() {
    return database_->admin().Execute({"test_count", "SELECT count(*) FROM orders.outbox"})->Int8(0, 0);
  }
  void Run(const std::string& sql) { ASSERT_THAT(database_->admin().Run(sql), IsOk()); }

  std::unique_ptr<testing::TestDatabase> database_ = MakeDatabase();
  PostgresUpkeep upkeep_{Relays(*database_), "orders"};
  const std::vector<std::string> sinks_ = {"a", "b"};
};

TEST_F(PostgresUpkeepTest, MeasuresWhatIsBehindEachCursor) {
  EXPECT_EQ(upkeep_.Measure("a")->depth, 0);
  EXPECT_EQ(upkeep_.Measure("a")->oldest_age, absl::ZeroDuration());
  Append(10);
  EXPECT_EQ(upkeep_.Measure("a")->depth, 10) << "a sink that never began has got nothing";
  EXPECT_GE(upkeep_.Measure("a")->oldest_age, absl::Minutes(59));
  PutCursor("a", 7);
  EXPECT_EQ(upkeep_.Measure("a")->depth, 3);
  Append(20'000);
  EXPECT_EQ(upkeep_.Measure("a")->depth, 20'003) << "an estimate, exact where no position is missing";
}

TEST_F(PostgresUpkeepTest, PrunesBehindTheSlowestCursorInBatches) {
  Append(10);
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 4), IsOkAndHolds(0)) << "nobody has begun";
  PutCursor("a", 9);
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 4), IsOkAndHolds(0)) << "b has not begun";
  PutCursor("b", 6);
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 4), IsOkAndHolds(4));
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 4), IsOkAndHolds(2));
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 4), IsOkAndHolds(0));
  EXPECT_EQ(Rows(), 4);
  EXPECT_EQ(upkeep_.Measure("b")->depth, 4);
}

TEST_F(PostgresUpkeepTest, KeepsWhatIsYoungAndWhatFollowsIt) {
  Append(6);
  PutCursor("a", 6);
  PutCursor("b", 6);
  Run("UPDATE orders.outbox SET created_at = now() WHERE position = 3");
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 100), IsOkAndHolds(2));
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 100), IsOkAndHolds(0));
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::ZeroDuration(), 100), IsOkAndHolds(4)) << "nothing was passed over";
  EXPECT_EQ(Rows(), 0);
}

TEST_F(PostgresUpkeepTest, OneRelayPrunesAtATime) {
  Append(6);
  PutCursor("a", 6);
  PutCursor("b", 6);
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 2), IsOkAndHolds(2));
  PostgresUpkeep other(Relays(*database_), "orders");
  EXPECT_THAT(other.Prune(sinks_, absl::Minutes(1), 2), IsOkAndHolds(0));
  Run("INSERT INTO catalog.outbox (event_id, aggregate_id, type, payload, created_at) VALUES (gen_random_uuid(), "
      "'CUST-0001', 't', '', now() - interval '1 hour'); "
      "INSERT INTO catalog.outbox_cursor (sink, xid, position, system_identifier) SELECT unnest(ARRAY['a', 'b']), xid, "
      "position, 0 FROM catalog.outbox");
  PostgresUpkeep catalog(Relays(*database_), "catalog");
  EXPECT_THAT(catalog.Prune(sinks_, absl::Minutes(1), 2), IsOkAndHolds(1)) << "of each outbox one";
  EXPECT_THAT(upkeep_.Prune(sinks_, absl::Minutes(1), 100), IsOkAndHolds(4));
}

TEST_F(PostgresUpkeepTest, NamesTheOldestWritingTransaction) {
  postgres::Connection writer({.url = database_->url()});
  ASSERT_THAT(writer.Begin(), IsOk());
  ASSERT_THAT(Insert(writer, AnEvent(1, 1)), IsOk());
  absl::StatusOr<UpkeepStore::Transaction> oldest = upkeep_.OldestTransaction();
  ASSERT_THAT(oldest, IsOk());
  EXPECT_EQ(oldest->pid, writer.backend_pid());
  ASSERT_THAT(writer.Rollback(), IsOk());
  EXPECT_NE(upkeep_.OldestTransaction()->pid, writer.backend_pid());
}

}  // namespace
}  // namespace ordermesh::relay
