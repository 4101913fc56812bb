// On a real PostgreSQL.
#include "services/gateway/store/outbox_backlog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/mesh/dependency_check.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/gateway/store/gateway_database.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::FakeClock;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ordermesh::testing::TestDatabase;
using postgres::DatabaseMonitor;
using ::testing::HasSubstr;

class OutboxBacklogTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(database_, TestDatabase::Create()); }

  void Start(std::int64_t max_outbox_rows = 0) {
    outbox_ = std::make_unique<OutboxBacklog>(max_outbox_rows, metrics_);
    monitor_ = std::make_unique<DatabaseMonitor>(
        ServiceDatabase(database_->UrlAs("ordermesh_gateway")), mesh::kCheckInterval, mesh::ReportTo(readiness_),
        clock_, [this](postgres::Connection& connection) { return outbox_->Measure(connection); });
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
  std::unique_ptr<OutboxBacklog> outbox_;
  std::unique_ptr<DatabaseMonitor> monitor_;  // Last: its thread uses what stands above.
};

TEST_F(OutboxBacklogTest, AMigratedDatabaseIsReady) {
  Start();
  EXPECT_TRUE(readiness_.ready());
  EXPECT_FALSE(outbox_->full());
  EXPECT_EQ(OutboxRows(), 0);
}

TEST_F(OutboxBacklogTest, AMissingMigrationIsTheSchemasFault) {
  for (const std::string migration : {"catalog/0001_catalog", "orders/0004_moves"}) {
    Run(absl::StrCat("UPDATE ordermesh.migrations SET name = 'x' WHERE name = '", migration, "'"));
    monitor_ ? Look() : Start();
    EXPECT_THAT(StatusOf("database"), IsOk());
    EXPECT_THAT(StatusOf("schema"), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(migration)));
    Run(absl::StrCat("UPDATE ordermesh.migrations SET name = '", migration, "' WHERE name = 'x'"));
    Look();
    EXPECT_TRUE(readiness_.ready());
  }
}

TEST_F(OutboxBacklogTest, IntakeShedsWhileMoreEventsWaitThanAllowed) {
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
  EXPECT_FALSE(outbox_->full());
  append(1);
  Look();
  EXPECT_EQ(OutboxRows(), 4);
  EXPECT_TRUE(outbox_->full());
  EXPECT_TRUE(readiness_.ready()) << "reads and cancellations go on";
  // The slower of two sinks counts.
  Run("UPDATE orders.outbox_cursor SET position = 4 WHERE sink = 'kafka'");
  Look();
  EXPECT_TRUE(outbox_->full());
  Run("UPDATE orders.outbox_cursor SET position = 1 WHERE sink = 'rabbitmq'");
  Look();
  EXPECT_EQ(OutboxRows(), 3);
  EXPECT_FALSE(outbox_->full());
}

}  // namespace
}  // namespace ordermesh::gateway
