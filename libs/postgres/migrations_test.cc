#include "libs/postgres/migrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> Ordered(std::vector<std::string> names) {
  std::vector<Migration> migrations;
  for (std::string& name : names) migrations.push_back({name, "SELECT '" + name + "'"});
  EXPECT_THAT(OrderMigrations(migrations), IsOk());
  names.clear();
  for (const Migration& migration : migrations) {
    EXPECT_EQ(migration.sql, "SELECT '" + migration.name + "'");
    names.push_back(migration.name);
  }
  return names;
}

TEST(OrderMigrationsTest, GoesByNumberThenBySchema) {
  EXPECT_THAT(Ordered({"orders/0002_more", "orders/0001_orders", "catalog/0001_catalog", "analytics/0010_late"}),
              ElementsAre("catalog/0001_catalog", "orders/0001_orders", "orders/0002_more", "analytics/0010_late"));
}

TEST(OrderMigrationsTest, RefusesWhatItCannotOrder) {
  for (const char* name : {"orders", "orders/1_short", "orders/0001", "orders/0001_", "Orders/0001_orders",
                           "orders/x/0001_orders", "/0001_orders", "orders/0001-orders", "orders/00a1_orders"}) {
    std::vector<Migration> migrations = {{name, ""}};
    EXPECT_THAT(OrderMigrations(migrations), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name))) << name;
  }
}

TEST(OrderMigrationsTest, RefusesANameThatIsThereTwice) {
  std::vector<Migration> migrations = {{"orders/0001_orders", "a"}, {"orders/0001_orders", "b"}};
  EXPECT_THAT(OrderMigrations(migrations), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("twice")));
}

TEST(MigrationChecksumTest, ChangesWithTheTextButNotWithTheLastLineEnd) {
  EXPECT_EQ(MigrationChecksum(""), "cbf29ce484222325");
  EXPECT_EQ(MigrationChecksum("a"), "af63dc4c8601ec8c");  // FNV-1a's published vector
  EXPECT_EQ(MigrationChecksum("SELECT 1;\n"), MigrationChecksum("SELECT 1;"));
  EXPECT_NE(MigrationChecksum("SELECT 1;"), MigrationChecksum("SELECT 2;"));
  EXPECT_NE(MigrationChecksum("a b"), MigrationChecksum("ab"));
}

}  // namespace
}  // namespace ordermesh::postgres
