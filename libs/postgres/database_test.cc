#include "libs/postgres/database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/mutex.h"
#include "libs/postgres/conninfo.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_proxy.h"
#include "libs/testing/test_database.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TcpProxy;
using ::ordermesh::testing::TestDatabase;
using ::testing::HasSubstr;

constexpr absl::Duration kInterval = absl::Milliseconds(500);

Database At(std::string url, std::string newest = "orders/0001_orders") {
  return {.url = std::move(url),
          .application = "shop",
          .migrations = {"catalog/0001_catalog", std::move(newest)},
          .session_sql = "SET enable_seqscan = off"};
}

DatabaseState StateOf(const Database& database) {
  Connection connection(database.Checks("check"));
  return CheckDatabase(connection, database);
}

TEST(DatabaseTest, SessionsAreSetForTheirPurpose) {
  ASSERT_OK_AND_ASSIGN(auto server, TestDatabase::Create());
  const Database database = At(server->url());
  constexpr Statement kSettings = {
      "settings",
      "SELECT current_setting('application_name') || ', ' || current_setting('statement_timeout') || ', ' || "
      "current_setting('enable_seqscan')"};
  for (const auto& [options, expected] :
       {std::pair{database.Worker("counts"), "shop counts, 10s, off"}, std::pair{database.Queries(""), "shop, 3s, off"},
        std::pair{database.Queries("lists", absl::Seconds(2)), "shop lists, 2s, off"},
        std::pair{database.Checks("check"), "shop check, 800ms, on"}}) {
    Connection connection(options);
    ASSERT_OK_AND_ASSIGN(const Result settings, connection.Execute(kSettings));
    EXPECT_EQ(settings.Text(0, 0), expected);
  }
}

TEST(DatabaseTest, AMigratedDatabaseIsWell) {
  ASSERT_OK_AND_ASSIGN(auto server, TestDatabase::Create());
  const DatabaseState state = StateOf(At(server->UrlAs("ordermesh_relay")));
  EXPECT_THAT(state.database, IsOk());
  EXPECT_THAT(state.schema, IsOk());
}

TEST(DatabaseTest, AMissingMigrationIsTheSchemasFault) {
  ASSERT_OK_AND_ASSIGN(auto server, TestDatabase::Create());
  const DatabaseState state = StateOf(At(server->url(), "orders/9999_later"));
  EXPECT_THAT(state.database, IsOk());
  EXPECT_THAT(state.schema, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("orders/9999_later")));
}

TEST(DatabaseTest, NobodyThereIsTheDatabasesFault) {
  const DatabaseState state = StateOf(At("postgres://127.0.0.1:1/none"));
  EXPECT_THAT(state.database, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(state.schema, state.database);
}

TEST(DatabaseTest, AUrlThatCannotBeReadIsNoOutdatedSchema) {
  EXPECT_THAT(StateOf(At("host=db hunter2")).database, StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(DatabaseTest, AServerThatHangsIsToldOfInTime) {
  ASSERT_OK_AND_ASSIGN(auto server, TestDatabase::Create());
  ASSERT_OK_AND_ASSIGN(const Result port, server->admin().Execute({"port", "SELECT inet_server_port()"}));
  TcpProxy proxy(port.Int4(0, 0));
  ASSERT_OK_AND_ASSIGN(const std::string url, WithSettings(server->url(), {{"port", absl::StrCat(proxy.port())}}));
  const Database database = At(url);
  Connection connection(database.Checks("check"));
  ASSERT_THAT(CheckDatabase(connection, database).schema, IsOk());
  proxy.HoldReplies();
  const absl::Time before = absl::Now();
  EXPECT_FALSE(CheckDatabase(connection, database).database.ok());
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));  // one, and a busy machine's; else never
}

class DatabaseMonitorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(server_, TestDatabase::Create()); }

  void Start(base::Timer& timer, std::string url, DatabaseMonitor::Look look = nullptr) {
    monitor_ = std::make_unique<DatabaseMonitor>(
        At(std::move(url)), kInterval,
        [this](const std::string& dependency, const absl::Status& status) {
          base::MutexLock lock(mu_);
          reported_[dependency] = status;
        },
        timer, std::move(look));
  }
  void Start(DatabaseMonitor::Look look = nullptr) {
    Start(timer_, server_->url(), std::move(look));
    timer_.WaitForSleepers(1);
  }
  void Look() {
    timer_.Advance(kInterval);
    timer_.WaitForSleepers(1);
  }
  absl::Status StatusOf(const std::string& dependency) {
    base::MutexLock lock(mu_);
    const auto found = reported_.find(dependency);
    return found == reported_.end() ? absl::NotFoundError(dependency) : found->second;
  }
  void Run(const std::string& sql) { ASSERT_THAT(server_->admin().Run(sql), IsOk()) << sql; }

  FakeClock timer_;
  std::unique_ptr<TestDatabase> server_;
  base::Mutex mu_;
  std::map<std::string, absl::Status> reported_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<DatabaseMonitor> monitor_;  // Last: its thread uses what stands above.
};

TEST_F(DatabaseMonitorTest, AMissingMigrationIsTheSchemasFault) {
  for (const std::string migration : {"catalog/0001_catalog", "orders/0001_orders"}) {
    Run(absl::StrCat("UPDATE ordermesh.migrations SET name = 'x' WHERE name = '", migration, "'"));
    monitor_ ? Look() : Start();
    EXPECT_THAT(StatusOf("database"), IsOk());
    EXPECT_THAT(StatusOf("schema"), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(migration)));
    Run(absl::StrCat("UPDATE ordermesh.migrations SET name = '", migration, "' WHERE name = 'x'"));
    Look();
    EXPECT_THAT(StatusOf("schema"), IsOk());
  }
}

TEST_F(DatabaseMonitorTest, WhatElseIsSeenIsTheDatabases) {
  absl::Status seen = absl::UnavailableError("too far behind");
  Start([&seen](Connection&) { return seen; });
  EXPECT_EQ(StatusOf("database"), seen);
  EXPECT_THAT(StatusOf("schema"), IsOk());
  seen = absl::OkStatus();
  Look();
  EXPECT_THAT(StatusOf("database"), IsOk());
}

TEST_F(DatabaseMonitorTest, ADatabaseThatIsGoneIsNamedAndFoundAgain) {
  // Of a role of its own: a superuser needs no right to connect.
  Start(timer_, server_->UrlAs("ordermesh_gateway"));
  timer_.WaitForSleepers(1);
  EXPECT_THAT(StatusOf("database"), IsOk());
  ASSERT_OK_AND_ASSIGN(const Result names, server_->admin().Execute({"name", "SELECT current_database()"}));
  const std::string name(names.Text(0, 0));
  Run("REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC");
  Run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'shop check' AND datname "
      "= "
      "current_database()");
  Look();
  EXPECT_FALSE(StatusOf("database").ok());
  Run("GRANT CONNECT ON DATABASE " + name + " TO PUBLIC");
  Look();
  EXPECT_THAT(StatusOf("database"), IsOk());
}

// A connection over which nothing comes any more, and nobody says so.
TEST_F(DatabaseMonitorTest, ADatabaseThatHangsIsNamed) {
  ASSERT_OK_AND_ASSIGN(const Result port, server_->admin().Execute({"port", "SELECT inet_server_port()"}));
  TcpProxy proxy(port.Int4(0, 0));
  ASSERT_OK_AND_ASSIGN(const std::string url, WithSettings(server_->url(), {{"port", absl::StrCat(proxy.port())}}));
  const auto await_database = [this](bool ok) {
    while (StatusOf("database").ok() != ok) base::SystemTimer().SleepFor(absl::Milliseconds(10), {});
  };
  Start(base::SystemTimer(), url);
  await_database(true);
  proxy.HoldReplies();
  const absl::Time held = absl::Now();
  await_database(false);
  EXPECT_LT(absl::Now() - held, absl::Seconds(10));  // two, and a busy machine's; else never
  proxy.Release();
  proxy.Cut();
  await_database(true);
}

}  // namespace
}  // namespace ordermesh::postgres
