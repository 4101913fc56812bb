// Against a real server.
#include "libs/postgres/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

#include "libs/postgres/schema_check.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TestDatabase;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class ConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(database_, TestDatabase::CreateEmpty());
    ASSERT_THAT(database_->admin().Run("CREATE TABLE things(id int8 PRIMARY KEY, name text NOT NULL DEFAULT '')"),
                IsOk());
    connection_ = std::make_unique<Connection>(Options());
  }
  ConnectionOptions Options() const { return {.url = database_->url(), .application_name = "connection_test"}; }
  Connection& db() { return *connection_; }
  std::int64_t Count() {
    absl::StatusOr<Result> result = database_->admin().Execute({"count", "SELECT count(*) FROM things"});
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->Int8(0, 0) : -1;
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<Connection> connection_;
};

constexpr Statement kInsert = {"insert", "INSERT INTO things(id) VALUES ($1)"};
constexpr Statement kAll = {"all", "SELECT id, name FROM things ORDER BY id"};

TEST_F(ConnectionTest, EveryTypeComesBackAsItWent) {
  const base::Uuid uuid = base::Uuid::Parse("0198c0de-0000-7000-8000-000000000001").value();
  const absl::Time time = absl::FromUnixMicros(1767225600123456);
  const std::string bytes("\0\x01\xFF", 3);
  const Statement statement = {
      "types",
      "SELECT $1::bool, $2::int4, $3::int8, $4::xid8, $5::uuid, $6::timestamptz, $7::text, "
      "$8::bytea, $9::jsonb, $10::text, 7::int2, $2::int4, 'infinity'::timestamptz, 'n'::name"};
  ASSERT_OK_AND_ASSIGN(const Result row, db().Execute(statement, Params()
                                                                     .Bool(true)
                                                                     .Int4(-5)
                                                                     .Int8(std::numeric_limits<std::int64_t>::min())
                                                                     .Xid8(0x1234567890)
                                                                     .Uuid(uuid)
                                                                     .Timestamp(time)
                                                                     .Text("zwölf \"'\\")
                                                                     .Bytes(bytes)
                                                                     .Json(R"({"a": [1, null]})")
                                                                     .Null(Type::kText)));
  ASSERT_EQ(row.rows(), 1);
  EXPECT_TRUE(row.Bool(0, 0));
  EXPECT_EQ(row.Int4(0, 1), -5);
  EXPECT_EQ(row.Int8(0, 2), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(row.Xid8(0, 3), 0x1234567890u);
  EXPECT_EQ(row.Uuid(0, 4), uuid);
  EXPECT_EQ(row.Timestamp(0, 5), time);
  EXPECT_EQ(row.Text(0, 6), "zwölf \"'\\");
  EXPECT_EQ(row.Text(0, 7), bytes);
  EXPECT_EQ(row.Text(0, 8), R"({"a": [1, null]})");
  EXPECT_TRUE(row.IsNull(0, 9));
  EXPECT_EQ(row.Int4(0, 10), 7);
  EXPECT_EQ(row.Int8(0, 11), -5);
  EXPECT_EQ(row.Timestamp(0, 12), absl::InfiniteFuture());
  EXPECT_EQ(row.Text(0, 13), "n");
}

TEST_F(ConnectionTest, EveryArrayComesBackAsItWent) {
  const base::Uuid uuid = base::Uuid::Parse("0198c0de-0000-7000-8000-000000000001").value();
  Array bools(Type::kBool), int4s(Type::kInt4), int8s(Type::kInt8), xids(Type::kXid8), uuids(Type::kUuid),
      times(Type::kTimestamptz), texts(Type::kText), blobs(Type::kBytea), jsons(Type::kJsonb);
  bools.AddBool(true);
  int4s.AddInt4(-4);
  int8s.Add(8);
  xids.Add(9);
  uuids.Add(uuid);
  times.Add(absl::UnixEpoch());
  texts.Add("it's");
  blobs.Add(absl::string_view("\0x", 2));
  jsons.AddJson(R"("j")");
  bools.AddNull(), int4s.AddNull(), int8s.AddNull(), xids.AddNull(), uuids.AddNull(), times.AddNull(), texts.AddNull(),
      blobs.AddNull(), jsons.AddNull();
  const Statement statement = {"arrays",
                               "SELECT * FROM unnest($1::bool[], $2::int4[], $3::int8[], $4::xid8[], $5::uuid[], "
                               "$6::timestamptz[], $7::text[], $8::bytea[], $9::jsonb[])"};
  ASSERT_OK_AND_ASSIGN(const Result rows, db().Execute(statement, Params()
                                                                      .Array(bools)
                                                                      .Array(int4s)
                                                                      .Array(int8s)
                                                                      .Array(xids)
                                                                      .Array(uuids)
                                                                      .Array(times)
                                                                      .Array(texts)
                                                                      .Array(blobs)
                                                                      .Array(jsons)));
  ASSERT_EQ(rows.rows(), 2);
  EXPECT_TRUE(rows.Bool(0, 0));
  EXPECT_EQ(rows.Int4(0, 1), -4);
  EXPECT_EQ(rows.Int8(0, 2), 8);
  EXPECT_EQ(rows.Xid8(0, 3), 9u);
  EXPECT_EQ(rows.Uuid(0, 4), uuid);
  EXPECT_EQ(rows.Timestamp(0, 5), absl::UnixEpoch());
  EXPECT_EQ(rows.Text(0, 6), "it's");
  EXPECT_EQ(rows.Text(0, 7), absl::string_view("\0x", 2));
  EXPECT_EQ(rows.Text(0, 8), R"("j")");
  for (int column = 0; column < 9; ++column) EXPECT_TRUE(rows.IsNull(1, column)) << column;
}

TEST_F(ConnectionTest, AnEmptyArrayHasNoElements) {
  Array none(Type::kInt8);
  ASSERT_OK_AND_ASSIGN(const Result rows,
                       db().Execute({"empty", "SELECT cardinality($1::int8[])"}, Params().Array(none)));
  EXPECT_EQ(rows.Int4(0, 0), 0);
}

TEST_F(ConnectionTest, SaysHowManyRowsWereTouched) {
  Array ids(Type::kInt8);
  for (int i = 0; i < 100; ++i) ids.Add(i);
  ASSERT_OK_AND_ASSIGN(const Result inserted,
                       db().Execute({"many", "INSERT INTO things(id) SELECT unnest($1::int8[])"}, Params().Array(ids)));
  EXPECT_EQ(inserted.affected(), 100);
  EXPECT_EQ(inserted.rows(), 0);
  ASSERT_OK_AND_ASSIGN(const Result all, db().Execute(kAll));
  EXPECT_EQ(all.rows(), 100);
}

TEST_F(ConnectionTest, StandsByItsLimitsOnTheServer) {
  const Statement statement = {"limits",
                               "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'), "
                               "current_setting('idle_in_transaction_session_timeout'), "
                               "current_setting('client_connection_check_interval'), "
                               "current_setting('application_name')"};
  ASSERT_OK_AND_ASSIGN(const Result row, db().Execute(statement));
  EXPECT_EQ(row.Text(0, 0), "10s");
  EXPECT_EQ(row.Text(0, 1), "200ms");
  EXPECT_EQ(row.Text(0, 2), "10s");
  EXPECT_EQ(row.Text(0, 3), "2s");
  EXPECT_EQ(row.Text(0, 4), "connection_test");
}

TEST_F(ConnectionTest, AStatementOutsideATransactionIsOne) {
  EXPECT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 1);
}

TEST_F(ConnectionTest, ATransactionIsSeenWhenItIsCommitted) {
  ASSERT_THAT(db().Begin(), IsOk());
  EXPECT_TRUE(db().in_transaction());
  ASSERT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
  EXPECT_EQ(Count(), 0);
  ASSERT_THAT(db().Commit(), IsOk());
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 1);
}

TEST_F(ConnectionTest, ATransactionIsReadCommittedWhateverTheDefault) {
  ASSERT_THAT(db().Run("SET default_transaction_isolation = 'serializable'"), IsOk());
  ASSERT_THAT(db().Begin(), IsOk());
  ASSERT_OK_AND_ASSIGN(const Result row, db().Execute({"level", "SELECT current_setting('transaction_isolation')"}));
  EXPECT_EQ(row.Text(0, 0), "read committed");
}

TEST_F(ConnectionTest, RollbackTakesBack) {
  ASSERT_THAT(db().Begin(), IsOk());
  ASSERT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
  ASSERT_THAT(db().Rollback(), IsOk());
  EXPECT_FALSE(db().in_transaction());
  EXPECT_EQ(Count(), 0);
  EXPECT_THAT(db().Rollback(), IsOk());
}

TEST_F(ConnectionTest, AnErrorRollsTheTransactionBack) {
  ASSERT_THAT(db().Begin(), IsOk());
  ASSERT_THAT(db().Execute(kInsert, Params().Int8(1)), IsOk());
  EXPECT_THAT(db().Execute(kInsert, Params().Int8(1)), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(db().in_transaction());
  EXPECT_THAT(db().Commit(), StatusIs(absl::StatusCode::kInternal, HasSubstr("no transaction is open")));
  EXPECT_EQ(Count(), 0);
  EXPECT_THAT(db().Execute(kInsert, Params().Int8(2)), IsOk());
}

TEST_F(ConnectionTest, TransactionsDoNotNest) {
  ASSERT_THAT(db().Begin(), IsOk());
  EXPECT_THAT(db().Begin(), StatusIs(absl::StatusCode::kInternal, HasSubstr("a transaction is open")));
}

TEST_F(ConnectionTest, AnErrorTellsItsStateAndItsStatementButNotTheRow) {
  ASSERT_THAT(db().Run("CREATE TABLE mails(address text UNIQUE)"), IsOk());
  const Statement insert = {"insert_mail", "INSERT INTO mails VALUES ($1)"};
  ASSERT_THAT(db().Execute(insert, Params().Text("ann@example.com")), IsOk());
  const absl::Status status = db().Execute(insert, Params().Text("ann@example.com")).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               AllOf(HasSubstr("insert_mail"), HasSubstr("mails_address_key"), Not(HasSubstr("ann")))));
  EXPECT_EQ(SqlState(status), "23505");
}

TEST_F(ConnectionTest, RefusesTheZeroCharacter) {
  const absl::Status status =
      db().Execute({"echo", "SELECT $1::text"}, Params().Text(absl::string_view("a\0b", 3))).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(SqlState(status), "22021");
}

TEST_F(ConnectionTest, AWrongStatementIsOurOwnFaultAndIsPreparedAgainWhenItIsRight) {
  const Statement later = {"later", "SELECT 1 FROM made_later"};
  const absl::Status status = db().Execute(later).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(SqlState(status), "42P01");
  ASSERT_THAT(db().Run("CREATE TABLE made_later()"), IsOk());
  EXPECT_THAT(db().Execute(later), IsOk());
}

TEST_F(ConnectionTest, RefusesOneNameForTwoStatementsOrOtherTypes) {
  ASSERT_THAT(db().Execute({"echo", "SELECT $1::int8"}, Params().Int8(1)), IsOk());
  EXPECT_THAT(db().Execute({"echo", "SELECT 2, $1::int8"}, Params().Int8(1)),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("two statements")));
  EXPECT_THAT(db().Execute({"echo", "SELECT $1::int8"}, Params().Int4(1)),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("other parameter types")));
  EXPECT_THAT(db().Execute({"echo", "SELECT $1::int8"}, Params().Int8(1)), IsOk());
}

TEST_F(ConnectionTest, APlanThatAMigrationOutdatedIsMadeAnew) {
  const Statement star = {"star", "SELECT * FROM things"};
  ASSERT_THAT(db().Execute(star), IsOk());
  ASSERT_THAT(database_->admin().Run("ALTER TABLE things ADD COLUMN more int4"), IsOk());
  EXPECT_THAT(db().Execute(star), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cached plan")));
  EXPECT_FALSE(db().OutcomeUnknown());
  EXPECT_THAT(db().Execute(star), IsOk());
}

TEST_F(ConnectionTest, RunTakesManyStatementsAndNamesTheLineOfAnError) {
  ASSERT_THAT(db().Run("INSERT INTO things VALUES (1); INSERT INTO things VALUES (2)"), IsOk());
  EXPECT_EQ(Count(), 2);
  EXPECT_THAT(db().Run("SELECT 'zwölf';\nSELECT 1;\nSELEKT 2;"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("line 3")));
  EXPECT_THAT(db().Run("COPY things TO STDOUT"), StatusIs(absl::StatusCode::kInternal, HasSubstr("COPY")));
  EXPECT_THAT(db().Execute(kAll), IsOk());
}

TEST_F(ConnectionTest, AStatementTakesNoLongerThanItsResultIsWaitedFor) {
  constexpr Statement kSleep = {"sleep", "SELECT pg_sleep(600)"};
  constexpr Statement kTimeout = {"timeout", "SELECT current_setting('statement_timeout')"};
  const auto timeout = [&] {
    const absl::StatusOr<Result> row = db().Execute(kTimeout);
    return row.ok() ? std::string(row->Text(0, 0)) : row.status().ToString();
  };
  const std::string session = timeout();
  db().LimitTo(absl::Hours(1));
  EXPECT_EQ(timeout(), session) << "more time than the session gives changes nothing";

  for (const bool in_transaction : {false, true}) {
    db().LimitTo(absl::Milliseconds(100));
    if (in_transaction) {
      ASSERT_THAT(db().Begin(), IsOk());
    }
    const absl::Status late = db().Execute(kSleep).status();
    EXPECT_THAT(late, StatusIs(absl::StatusCode::kDeadlineExceeded));
    EXPECT_EQ(SqlState(late), "") << "it is no limit of ours that was too short";
    EXPECT_FALSE(db().in_transaction());
    const int pid = db().backend_pid();
    db().LimitTo(absl::InfiniteDuration());
    EXPECT_EQ(timeout(), session);
    EXPECT_EQ(db().backend_pid(), pid);
  }
  // What a rollback undoes is set again.
  db().LimitTo(absl::Seconds(4));
  EXPECT_NE(timeout(), session);
  db().LimitTo(absl::InfiniteDuration());
  ASSERT_THAT(db().Begin(), IsOk());
  EXPECT_EQ(timeout(), session);
  ASSERT_THAT(db().Rollback(), IsOk());
  EXPECT_EQ(timeout(), session);
}

TEST_F(ConnectionTest, NoServerIsUnavailable) {
  Connection nowhere({.url = "postgres://127.0.0.1:1/none"});
  EXPECT_THAT(nowhere.Execute(kAll), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("connect")));
  EXPECT_FALSE(nowhere.OutcomeUnknown());
  EXPECT_EQ(nowhere.backend_pid(), 0);
  EXPECT_EQ(nowhere.socket(), -1);
}

TEST_F(ConnectionTest, AUrlThatCannotBeReadIsNotQuoted) {
  Connection nowhere({.url = "host=db hunter2"});
  EXPECT_THAT(nowhere.Connect(), StatusIs(absl::StatusCode::kFailedPrecondition, Not(HasSubstr("hunter2"))));
}

TEST_F(ConnectionTest, CheckMigrationNamesWhatIsMissing) {
  EXPECT_THAT(CheckMigration(db(), "orders/0001_orders"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "database: migration orders/0001_orders is not applied; run ordermesh-migrate"));
  ASSERT_OK_AND_ASSIGN(auto migrated, TestDatabase::Create());
  Connection relay({.url = migrated->UrlAs("ordermesh_relay")});
  EXPECT_THAT(CheckMigration(relay, "orders/0001_orders"), IsOk());
  EXPECT_THAT(CheckMigration(relay, "orders/9999_later"), StatusIs(absl::StatusCode::kFailedPrecondition));
}

using ConnectionDeathTest = ConnectionTest;

TEST_F(ConnectionDeathTest, ReadingAColumnAsWhatItIsNotEndsTheProcess) {
  ASSERT_OK_AND_ASSIGN(const Result row, db().Execute({"row", "SELECT 1::int8 AS amount, NULL::text AS note"}));
  EXPECT_DEATH(static_cast<void>(row.Text(0, 0)), "column 0 \\(amount\\) is int8, read as text");
  EXPECT_DEATH(static_cast<void>(row.Text(0, 1)), "column 1 \\(note\\) is null");
  EXPECT_DEATH(static_cast<void>(row.Int8(1, 0)), "row 1, column 0 \\(amount\\) is outside 1 rows");
}

}  // namespace
}  // namespace ordermesh::postgres
