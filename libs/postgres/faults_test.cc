// What goes wrong between us and the server: lost sessions, lost answers, locks, a server that hangs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/timer.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/conninfo.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_proxy.h"
#include "libs/testing/test_database.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TcpProxy;
using ::ordermesh::testing::TestDatabase;
using ::testing::HasSubstr;

constexpr Statement kInsert = {"insert", "INSERT INTO things(id) VALUES ($1)"};
constexpr Statement kLock = {"lock", "SELECT id FROM things WHERE id = $1 FOR UPDATE"};
constexpr Statement kCount = {"count", "SELECT count(*) FROM things"};
constexpr Statement kTerminate = {"terminate", "SELECT pg_terminate_backend($1, 10000)"};

// Asks again until it is so; a test that waits for what never comes ends by its own time limit.
void WaitUntil(const std::function<bool()>& holds) {
  while (!holds()) base::SystemTimer().SleepFor(absl::Milliseconds(2), {});
}

class FaultsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(database_, TestDatabase::CreateEmpty());
    ASSERT_THAT(admin().Run("CREATE TABLE things(id int8 PRIMARY KEY); INSERT INTO things VALUES (1), (2)"), IsOk());
    ASSERT_OK_AND_ASSIGN(const Result port, admin().Execute({"port", "SELECT inet_server_port()"}));
    proxy_ = std::make_unique<TcpProxy>(port.Int4(0, 0));
    ASSERT_OK_AND_ASSIGN(proxied_url_, WithSettings(database_->url(), {{"port", absl::StrCat(proxy_->port())}}));
  }
  Connection& admin() { return database_->admin(); }
  ConnectionOptions Proxied() const { return {.url = proxied_url_, .application_name = "proxied"}; }
  ConnectionOptions Direct() const { return {.url = database_->url()}; }
  ConnectionOptions Patient() const {
    return {.url = database_->url(), .statement_timeout = absl::Seconds(60), .lock_timeout = absl::Seconds(60)};
  }
  std::int64_t Count() {
    absl::StatusOr<Result> result = admin().Execute(kCount);
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->Int8(0, 0) : -1;
  }
  void Terminate(const Connection& connection) {
    ASSERT_OK_AND_ASSIGN(const Result done, admin().Execute(kTerminate, Params().Int4(connection.backend_pid())));
    ASSERT_TRUE(done.Bool(0, 0));
  }
  void WaitUntilSomeoneWaitsForALock(int waiting = 1) {
    const Statement statement = {"waiting", "SELECT count(*) FROM pg_locks WHERE NOT granted"};
    WaitUntil([&] { return admin().Execute(statement).value().Int8(0, 0) >= waiting; });
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<TcpProxy> proxy_;
  std::string proxied_url_;
};

TEST_F(FaultsTest, ASessionThatEndedWhileIdleIsReplacedUnseen) {
  Connection db(Direct());
  ASSERT_THAT(db.Execute(kInsert, Params().Int8(10)), IsOk());
  const int before = db.backend_pid();
  Terminate(db);
  EXPECT_THAT(db.Execute(kInsert, Params().Int8(11)), IsOk());
  EXPECT_NE(db.backend_pid(), before);
  EXPECT_EQ(Count(), 4);
}

TEST_F(FaultsTest, ATransactionThatEndedWhileIdleIsLostForSure) {
  Connection db(Direct());
  ASSERT_THAT(db.Begin(), IsOk());
  ASSERT_THAT(db.Execute(kInsert, Params().Int8(10)), IsOk());
  Terminate(db);
  EXPECT_THAT(db.Commit(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(db.OutcomeUnknown());
  EXPECT_FALSE(db.in_transaction());
  EXPECT_EQ(Count(), 2);
  EXPECT_THAT(db.Execute(kCount), IsOk());
}

TEST_F(FaultsTest, ASessionEndedUnderAStatementDidNotCommit) {
  ASSERT_THAT(admin().Begin(), IsOk());
  ASSERT_THAT(admin().Execute(kLock, Params().Int8(1)), IsOk());
  Connection db(Patient());
  ASSERT_THAT(db.Connect(), IsOk());
  const int pid = db.backend_pid();
  std::future<absl::Status> finished = std::async(std::launch::async, [&] {
    Connection::Pipeline pipeline(db);
    pipeline.Begin();
    pipeline.Send(kInsert, Params().Int8(10));
    pipeline.Send(kLock, Params().Int8(1));
    pipeline.Commit();
    return pipeline.Finish().status();
  });
  Connection second(Direct());
  const Statement waiting = {"waiting", "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = $1"};
  WaitUntil([&] { return second.Execute(waiting, Params().Int4(pid)).value().Int8(0, 0) > 0; });
  ASSERT_THAT(second.Execute(kTerminate, Params().Int4(pid)), IsOk());
  const absl::Status status = finished.get();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(SqlState(status), "57P01");
  EXPECT_FALSE(db.OutcomeUnknown());
  ASSERT_THAT(admin().Rollback(), IsOk());
  EXPECT_EQ(Count(), 2);
}

TEST_F(FaultsTest, ASessionEndedBehindItsCommitHasCommitted) {
  ASSERT_THAT(admin().Begin(), IsOk());
  ASSERT_THAT(admin().Execute(kLock, Params().Int8(1)), IsOk());
  Connection db(Patient());
  ASSERT_THAT(db.Connect(), IsOk());
  std::future<absl::Status> finished = std::async(std::launch::async, [&] {
    Connection::Pipeline pipeline(db);
    pipeline.Begin();
    pipeline.Send(kInsert, Params().Int8(10));
    pipeline.Commit();
    pipeline.Send(kLock, Params().Int8(1));
    return pipeline.Finish().status();
  });
  Connection second(Direct());
  const Statement waiting = {"waiting", "SELECT pid FROM pg_locks WHERE NOT granted"};
  int pid = 0;
  WaitUntil([&] {
    const Result found = second.Execute(waiting).value();
    return found.rows() > 0 && (pid = found.Int4(0, 0)) != 0;
  });
  ASSERT_THAT(second.Execute(kTerminate, Params().Int4(pid)), IsOk());
  EXPECT_THAT(finished.get(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(db.OutcomeUnknown()) << "it is no failure of which nothing was stored";
  ASSERT_THAT(admin().Rollback(), IsOk());
  EXPECT_EQ(Count(), 3);
}

TEST_F(FaultsTest, ACommitWhoseAnswerIsLostIsUnknownAndMayHaveHappened) {
  Connection db(Proxied());
  ASSERT_THAT(db.Begin(), IsOk());
  ASSERT_THAT(db.Execute(kInsert, Params().Int8(10)), IsOk());
  proxy_->HoldReplies();
  std::future<absl::Status> commit = std::async(std::launch::async, [&] { return db.Commit(); });
  WaitUntil([&] { return Count() == 3; });
  proxy_->Cut();
  proxy_->Release();
  EXPECT_THAT(commit.get(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(db.OutcomeUnknown());
  EXPECT_FALSE(db.in_transaction());
  // The same again tells.
  EXPECT_EQ(SqlState(db.Execute(kInsert, Params().Int8(10)).status()), "23505");
  EXPECT_FALSE(db.OutcomeUnknown());
}

TEST_F(FaultsTest, ACommitThatWasLostOnTheWayDidNotHappen) {
  Connection db(Proxied());
  ASSERT_THAT(db.Begin(), IsOk());
  ASSERT_THAT(db.Execute(kInsert, Params().Int8(10)), IsOk());
  proxy_->HoldRequests();
  std::future<absl::Status> commit = std::async(std::launch::async, [&] { return db.Commit(); });
  proxy_->Cut();
  proxy_->Release();
  const absl::Status status = commit.get();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(Count(), 2);
  EXPECT_THAT(db.Execute(kInsert, Params().Int8(10)), IsOk());
}

TEST_F(FaultsTest, AStatementOutsideATransactionIsItsOwnCommit) {
  Connection db(Proxied());
  ASSERT_THAT(db.Connect(), IsOk());
  proxy_->HoldReplies();
  std::future<absl::Status> run =
      std::async(std::launch::async, [&] { return db.Execute(kInsert, Params().Int8(10)).status(); });
  WaitUntil([&] { return Count() == 3; });
  proxy_->Cut();
  proxy_->Release();
  EXPECT_THAT(run.get(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(db.OutcomeUnknown());
}

TEST_F(FaultsTest, AServerThatDoesNotAnswerCannotHoldTheCaller) {
  ConnectionOptions options = Proxied();
  options.statement_timeout = absl::Milliseconds(50);
  options.answer_margin = absl::Milliseconds(50);
  Connection db(options);
  ASSERT_THAT(db.Connect(), IsOk());
  proxy_->HoldRequests();
  EXPECT_THAT(db.Execute(kCount), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no answer within 100ms")));
  EXPECT_FALSE(db.connected());
}

TEST_F(FaultsTest, ASilentServerCannotHoldAConnect) {
  ConnectionOptions options = Proxied();
  options.connect_timeout = absl::Milliseconds(50);
  proxy_->HoldReplies();
  Connection db(options);
  EXPECT_THAT(db.Connect(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("connect: no answer within 50ms")));
  proxy_->Cut();
  proxy_->Release();
  EXPECT_THAT(db.Connect(), IsOk());
}

TEST_F(FaultsTest, AStatementThatTakesTooLongIsStoppedByTheServer) {
  ConnectionOptions options = Direct();
  options.statement_timeout = absl::Milliseconds(30);
  options.answer_margin = absl::Seconds(30);
  Connection db(options);
  const absl::Status status = db.Execute({"sleep", "SELECT pg_sleep(60)"}).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(SqlState(status), "57014");
  EXPECT_TRUE(db.connected());
}

TEST_F(FaultsTest, ALockThatIsNotHadInTimeIsAborted) {
  ASSERT_THAT(admin().Begin(), IsOk());
  ASSERT_THAT(admin().Execute(kLock, Params().Int8(1)), IsOk());
  ConnectionOptions options = Direct();
  options.lock_timeout = absl::Milliseconds(20);
  Connection db(options);
  Connection::Pipeline pipeline(db);
  pipeline.Begin();
  pipeline.Send(kLock, Params().Int8(1));
  pipeline.Commit();
  const absl::Status status = pipeline.Finish().status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(SqlState(status), "55P03");
  EXPECT_FALSE(db.in_transaction());
}

TEST_F(FaultsTest, ADeadlockAbortsOneOfTheTwo) {
  ConnectionOptions options = Direct();
  options.lock_timeout = absl::Seconds(30);
  options.statement_timeout = absl::Seconds(60);
  Connection first(options), second(options);
  ASSERT_THAT(first.Begin(), IsOk());
  ASSERT_THAT(second.Begin(), IsOk());
  ASSERT_THAT(first.Execute(kLock, Params().Int8(1)), IsOk());
  ASSERT_THAT(second.Execute(kLock, Params().Int8(2)), IsOk());
  std::future<absl::Status> crossing =
      std::async(std::launch::async, [&] { return first.Execute(kLock, Params().Int8(2)).status(); });
  WaitUntilSomeoneWaitsForALock();
  const absl::Status one = second.Execute(kLock, Params().Int8(1)).status();
  const absl::Status other = crossing.get();
  const absl::Status& failed = one.ok() ? other : one;
  EXPECT_NE(one.ok(), other.ok());
  EXPECT_THAT(failed, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(SqlState(failed), "40P01");
}

TEST_F(FaultsTest, AnIdleTransactionIsEndedByTheServer) {
  ConnectionOptions options = Direct();
  options.idle_in_transaction_timeout = absl::Milliseconds(20);
  Connection db(options);
  ASSERT_THAT(db.Begin(), IsOk());
  const int pid = db.backend_pid();
  const Statement alive = {"alive", "SELECT count(*) FROM pg_stat_activity WHERE pid = $1"};
  WaitUntil([&] { return admin().Execute(alive, Params().Int4(pid)).value().Int8(0, 0) == 0; });
  EXPECT_THAT(db.Execute(kCount), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(db.in_transaction());
}

}  // namespace
}  // namespace ordermesh::postgres
