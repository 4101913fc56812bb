// On a real PostgreSQL.
#include "services/gateway/store/database_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/mesh/dependency_check.h"
#include "libs/postgres/conninfo.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_proxy.h"
#include "libs/testing/test_database.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::FakeClock;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ordermesh::testing::TcpProxy;
using ordermesh::testing::TestDatabase;
using ::testing::HasSubstr;

class DatabaseMonitorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(database_, TestDatabase::Create()); }

  void Start(base::Timer& clock, std::string url, std::int64_t max_outbox_rows = 0) {
    monitor_ = std::make_unique<DatabaseMonitor>(
        DatabaseMonitor::Options{.database_url = std::move(url), .max_outbox_rows = max_outbox_rows}, readiness_,
        metrics_, clock);
  }
  void Start(std::int64_t max_outbox_rows = 0) {
    Start(clock_, database_->UrlAs("ordermesh_gateway"), max_outbox_rows);
    clock_.WaitForSleepers(1);
  }
  void Look() {
    clock_.Advance(mesh::kCheckInterval);
    clock_.WaitForSleepers(1);
  }
  absl::Status StatusOf(const std::string& dependency) {
    for (const auto& [name, status] : readiness_.Describe()) {
      if (name == dependency) return status;
    }
    return absl::NotFoundError(dependency);
  }
  void Run(const std::string& sql) { ASSERT_THAT(database_->admin().Run(sql), IsOk()) << sql; }
  double OutboxRows() { return metrics_.AddGauge("ordermesh_intake_outbox_rows", "").Value(); }

  FakeClock clock_;
  base::Metrics metrics_;
  mesh::Readiness readiness_{{DatabaseMonitor::kDatabase, DatabaseMonitor::kSchema}};
  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<DatabaseMonitor> monitor_;
};

TEST_F(DatabaseMonitorTest, AMigratedDatabaseIsReady) {
  Start();
  EXPECT_TRUE(readiness_.ready());
  EXPECT_FALSE(monitor_->outbox_full());
  EXPECT_EQ(OutboxRows(), 0);
}

TEST_F(DatabaseMonitorTest, AMissingMigrationIsTheSchemasFault) {
  for (const std::string migration : {"catalog/0001_catalog", "orders/0001_orders"}) {
    Run(absl::StrCat("UPDATE ordermesh.migrations SET name = 'x' WHERE name = '", migration, "'"));
    monitor_ ? Look() : Start();
    EXPECT_THAT(StatusOf("database"), IsOk());
    EXPECT_THAT(StatusOf("schema"), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(migration)));
    Run(absl::StrCat("UPDATE ordermesh.migrations SET name = '", migration, "' WHERE name = 'x'"));
    Look();
    EXPECT_TRUE(readiness_.ready());
  }
}

TEST_F(DatabaseMonitorTest, IntakeShedsWhileMoreEventsWaitThanAllowed) {
  const auto append = [this](int events) {
    Run(
        absl::StrCat("INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) SELECT gen_random_uuid(), "
                     "gen_random_uuid(), 't', '' FROM generate_series(1, ",
                     events, ")"));
  };
  Run("INSERT INTO orders.outbox_cursor (sink, xid, position, system_identifier) VALUES ('kafka', '0', 0, 0), "
      "('rabbitmq', '0', 0, 0)");
  append(3);
  Start(3);
  EXPECT_EQ(OutboxRows(), 3);
  EXPECT_FALSE(monitor_->outbox_full());
  append(1);
  Look();
  EXPECT_EQ(OutboxRows(), 4);
  EXPECT_TRUE(monitor_->outbox_full());
  EXPECT_TRUE(readiness_.ready()) << "reads and cancellations go on";
  // The slower of two sinks counts.
  Run("UPDATE orders.outbox_cursor SET position = 4 WHERE sink = 'kafka'");
  Look();
  EXPECT_TRUE(monitor_->outbox_full());
  Run("UPDATE orders.outbox_cursor SET position = 1 WHERE sink = 'rabbitmq'");
  Look();
  EXPECT_EQ(OutboxRows(), 3);
  EXPECT_FALSE(monitor_->outbox_full());
}

TEST_F(DatabaseMonitorTest, ADatabaseThatIsGoneIsNamedAndFoundAgain) {
  Start();
  ASSERT_OK_AND_ASSIGN(const postgres::Result names, database_->admin().Execute({"name", "SELECT current_database()"}));
  const std::string name(names.Text(0, 0));
  Run("REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC");
  Run("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = 'ordermesh-gateway "
      "monitor' AND datname = current_database()");
  Look();
  EXPECT_FALSE(StatusOf("database").ok());
  Run("GRANT CONNECT ON DATABASE " + name + " TO PUBLIC");
  Look();
  EXPECT_TRUE(readiness_.ready());
}

// A connection over which nothing comes any more, and nobody says so.
TEST_F(DatabaseMonitorTest, ADatabaseThatHangsIsNamedWithinTwoSeconds) {
  ASSERT_OK_AND_ASSIGN(const postgres::Result port, database_->admin().Execute({"port", "SELECT inet_server_port()"}));
  TcpProxy proxy(port.Int4(0, 0));
  ASSERT_OK_AND_ASSIGN(const std::string url, postgres::WithSettings(database_->UrlAs("ordermesh_gateway"),
                                                                     {{"port", absl::StrCat(proxy.port())}}));
  const auto await_database = [this](bool ok) {
    while (StatusOf("database").ok() != ok) base::SystemTimer().SleepFor(absl::Milliseconds(10), {});
  };
  Start(base::SystemTimer(), url);
  await_database(true);
  proxy.HoldReplies();
  const absl::Time held = absl::Now();
  await_database(false);
  EXPECT_LT(absl::Now() - held, absl::Seconds(2));
  proxy.Release();
  proxy.Cut();
  await_database(true);
}

}  // namespace
}  // namespace ordermesh::gateway
