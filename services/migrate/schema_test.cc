#include "services/migrate/schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::migrate {
namespace {

using ::ordermesh::testing::IsOk;

std::map<std::string, std::string> FilesOfTheFolder() {
  std::map<std::string, std::string> files;
  const std::filesystem::path root = std::filesystem::path(ORDERMESH_SOURCE_DIR) / "services/migrate/migrations";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    std::ostringstream text;
    text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    files[entry.path().parent_path().filename().string() + "/" + entry.path().stem().string()] = text.str();
  }
  return files;
}

TEST(EmbeddedMigrationsTest, AreTheFilesOfTheFolder) {
  std::map<std::string, std::string> embedded;
  for (const postgres::Migration& migration : EmbeddedMigrations().migrations) embedded[migration.name] = migration.sql;
  EXPECT_EQ(embedded, FilesOfTheFolder()) << "name a new file in services/migrate/CMakeLists.txt";
}

TEST(EmbeddedMigrationsTest, HaveNamesThatCanBeOrdered) {
  postgres::MigrationSet set = EmbeddedMigrations();
  EXPECT_THAT(postgres::OrderMigrations(set.migrations), IsOk());
  EXPECT_FALSE(set.before.empty());
  EXPECT_FALSE(set.after.empty());
}

// Each runs inside the transaction that records it, unless its first line says that it needs to be without one.
TEST(EmbeddedMigrationsTest, LeaveTransactionsToTheProgram) {
  for (const postgres::Migration& migration : EmbeddedMigrations().migrations) {
    for (const char* word : {"\nBEGIN;", "\nCOMMIT", "\nROLLBACK"}) {
      EXPECT_EQ(migration.sql.find(word), std::string::npos) << migration.name << ": " << word;
    }
    EXPECT_EQ(absl::StrContains(migration.sql, "CONCURRENTLY"),
              absl::StartsWith(migration.sql, "-- Without a transaction.\n"))
        << migration.name;
  }
}

}  // namespace
}  // namespace ordermesh::migrate
