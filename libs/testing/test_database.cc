#include "libs/testing/test_database.h"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/postgres/conninfo.h"
#include "libs/postgres/migrations.h"

namespace ordermesh::testing {
namespace {

namespace fs = std::filesystem;

// One template at a time, whichever test process makes it.
constexpr postgres::Statement kLock = {"lock", "SELECT pg_advisory_lock(713904411)"};
constexpr postgres::Statement kUnlock = {"unlock", "SELECT pg_advisory_unlock(713904411)"};
constexpr postgres::Statement kExists = {"exists", "SELECT 1 FROM pg_database WHERE datname = $1"};

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

postgres::MigrationSet ReadMigrations() {
  const fs::path root = fs::path(ORDERMESH_SOURCE_DIR) / "services" / "migrate";
  postgres::MigrationSet set;
  set.before = ReadFile(root / "sql" / "roles.sql");
  set.after = ReadFile(root / "sql" / "grants.sql");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "migrations")) {
    const fs::path& path = entry.path();
    if (path.extension() != ".sql") continue;
    set.migrations.push_back(
        {absl::StrCat(path.parent_path().filename().string(), "/", path.stem().string()), ReadFile(path)});
  }
  return set;
}

postgres::ConnectionOptions Options(std::string url) {
  // Long limits: a slow machine must not fail a test that is not about time.
  return {.url = std::move(url),
          .application_name = "test",
          .connect_timeout = absl::Seconds(20),
          .statement_timeout = absl::Seconds(60),
          .lock_timeout = absl::Seconds(30),
          .idle_in_transaction_timeout = absl::Seconds(60)};
}

absl::StatusOr<std::string> ServerUrl() {
  const char* url = std::getenv("DATABASE_URL");
  if (url == nullptr) {
    return absl::FailedPreconditionError("DATABASE_URL is not set: run this under tools/stack run --only postgres --");
  }
  return std::string(url);
}

// The name of the template with these migrations; makes it when it is not there.
absl::StatusOr<std::string> EnsureTemplate(const std::string& server_url) {
  postgres::MigrationSet set = ReadMigrations();
  RETURN_IF_ERROR(postgres::OrderMigrations(set.migrations));
  std::string all = set.before + set.after;
  for (const postgres::Migration& migration : set.migrations) absl::StrAppend(&all, migration.name, migration.sql);
  const std::string name = absl::StrCat("test_template_", postgres::MigrationChecksum(all));

  postgres::Connection server(Options(server_url));
  RETURN_IF_ERROR(server.Execute(kLock).status());
  ASSIGN_OR_RETURN(const postgres::Result found, server.Execute(kExists, postgres::Params().Text(name)));
  if (found.rows() == 0) {
    // Renamed only when it is whole.
    const std::string unfinished = absl::StrCat(name, "_unfinished");
    RETURN_IF_ERROR(server.Run(absl::StrCat("DROP DATABASE IF EXISTS ", unfinished, " WITH (FORCE)")));
    RETURN_IF_ERROR(server.Run(absl::StrCat("CREATE DATABASE ", unfinished)));
    ASSIGN_OR_RETURN(std::string url, postgres::WithSettings(server_url, {{"dbname", unfinished}}));
    {
      postgres::Connection database(Options(std::move(url)));
      RETURN_IF_ERROR(postgres::ApplyMigrations(database, std::move(set)).status());
    }
    RETURN_IF_ERROR(server.Run(absl::StrCat("ALTER DATABASE ", unfinished, " RENAME TO ", name)));
  }
  RETURN_IF_ERROR(server.Execute(kUnlock).status());
  return name;
}

absl::StatusOr<std::string> CreateDatabase(const std::string& server_url, absl::string_view from) {
  const std::string name = absl::StrCat("test_", absl::Hex(base::SystemRandom().Bits(), absl::kZeroPad16));
  postgres::Connection server(Options(server_url));
  RETURN_IF_ERROR(server.Run(absl::StrCat("CREATE DATABASE ", name, " TEMPLATE ", from)));
  // A copy has the template's rights, except those on the database itself.
  RETURN_IF_ERROR(server.Run(absl::StrCat("REVOKE TEMPORARY ON DATABASE ", name, " FROM PUBLIC")));
  return name;
}

}  // namespace

TestDatabase::TestDatabase(std::string server_url, std::string name)
    : server_url_(std::move(server_url)),
      name_(std::move(name)),
      url_(postgres::WithSettings(server_url_, {{"dbname", name_}}).value()),
      admin_(std::make_unique<postgres::Connection>(Options(url_))) {}

absl::StatusOr<std::unique_ptr<TestDatabase>> TestDatabase::Create() {
  ASSIGN_OR_RETURN(std::string server_url, ServerUrl());
  // Once for a process.
  static const absl::StatusOr<std::string>& from = *new absl::StatusOr<std::string>(EnsureTemplate(server_url));
  RETURN_IF_ERROR(from.status());
  ASSIGN_OR_RETURN(std::string name, CreateDatabase(server_url, *from));
  return std::unique_ptr<TestDatabase>(new TestDatabase(std::move(server_url), std::move(name)));
}

absl::StatusOr<std::unique_ptr<TestDatabase>> TestDatabase::CreateEmpty() {
  ASSIGN_OR_RETURN(std::string server_url, ServerUrl());
  ASSIGN_OR_RETURN(std::string name, CreateDatabase(server_url, "template0"));
  return std::unique_ptr<TestDatabase>(new TestDatabase(std::move(server_url), std::move(name)));
}

TestDatabase::~TestDatabase() {
  admin_.reset();
  postgres::Connection server(Options(server_url_));
  // What is left goes with the server, which is a test's own.
  server.Run(absl::StrCat("DROP DATABASE IF EXISTS ", name_, " WITH (FORCE)")).IgnoreError();
}

std::string TestDatabase::UrlAs(absl::string_view role) const {
  return postgres::WithSettings(url_, {{"user", std::string(role)}, {"password", ""}}).value();
}

}  // namespace ordermesh::testing
