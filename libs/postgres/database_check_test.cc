#include "libs/postgres/database_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
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

constexpr const char* kApplied[] = {"catalog/0001_catalog", "orders/0001_orders"};
constexpr const char* kLater[] = {"catalog/0001_catalog", "orders/9999_later"};

TEST(DatabaseCheckTest, AMigratedDatabaseIsWell) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  Connection db(CheckOptions(database->UrlAs("ordermesh_relay"), "check"));
  const DatabaseState state = CheckDatabase(db, kApplied);
  EXPECT_THAT(state.database, IsOk());
  EXPECT_THAT(state.schema, IsOk());
}

TEST(DatabaseCheckTest, AMissingMigrationIsTheSchemasFault) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  Connection db(CheckOptions(database->url(), "check"));
  const DatabaseState state = CheckDatabase(db, kLater);
  EXPECT_THAT(state.database, IsOk());
  EXPECT_THAT(state.schema, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("orders/9999_later")));
}

TEST(DatabaseCheckTest, NobodyThereIsTheDatabasesFault) {
  Connection db(CheckOptions("postgres://127.0.0.1:1/none", "check"));
  const DatabaseState state = CheckDatabase(db, kApplied);
  EXPECT_THAT(state.database, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(state.schema, state.database);
}

TEST(DatabaseCheckTest, AUrlThatCannotBeReadIsNoOutdatedSchema) {
  Connection db(CheckOptions("host=db hunter2", "check"));
  EXPECT_THAT(CheckDatabase(db, kApplied).database, StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST(DatabaseCheckTest, AServerThatHangsIsToldOfInTime) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_OK_AND_ASSIGN(const Result port, database->admin().Execute({"port", "SELECT inet_server_port()"}));
  TcpProxy proxy(port.Int4(0, 0));
  ASSERT_OK_AND_ASSIGN(const std::string url, WithSettings(database->url(), {{"port", absl::StrCat(proxy.port())}}));
  Connection db(CheckOptions(url, "check"));
  ASSERT_THAT(CheckDatabase(db, kApplied).schema, IsOk());
  proxy.HoldReplies();
  const absl::Time before = absl::Now();
  EXPECT_FALSE(CheckDatabase(db, kApplied).database.ok());
  EXPECT_LT(absl::Now() - before, absl::Milliseconds(1400));
}

}  // namespace
}  // namespace ordermesh::postgres
