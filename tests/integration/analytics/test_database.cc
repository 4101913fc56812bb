#include "tests/integration/analytics/test_database.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ordermesh::analytics {
namespace {

std::string ServerUrl() {
  const char* url = std::getenv("DATABASE_URL");
  EXPECT_NE(url, nullptr) << "run it under tools/stack run";
  return url == nullptr ? "" : url;
}

void RunOn(const std::string& url, absl::string_view sql) {
  postgres::Connection db({.url = url, .application_name = "analytics_test"});
  absl::Status status = db.Run(sql);
  EXPECT_TRUE(status.ok()) << status << "\n" << sql;
}

}  // namespace

std::string ReadSource(const std::string& path) {
  std::ifstream file(absl::StrCat(ORDERMESH_SOURCE_DIR, "/", path));
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TestDatabase::TestDatabase() {
  static std::atomic<int> last{0};
  name_ = absl::StrCat("analytics_test_", getpid(), "_", ++last);
  const std::string server = ServerUrl();
  RunOn(server, absl::StrCat("CREATE DATABASE ", name_));
  url_ = absl::StrCat(server.substr(0, server.rfind('/') + 1), name_);
  Run(ReadSource("services/migrate/migrations/analytics/0001_analytics.sql"));
}

TestDatabase::~TestDatabase() { RunOn(ServerUrl(), absl::StrCat("DROP DATABASE ", name_, " WITH (FORCE)")); }

void TestDatabase::Run(absl::string_view sql) { RunOn(url_, sql); }

std::int64_t TestDatabase::Number(const char* sql) {
  postgres::Connection db(options());
  absl::StatusOr<postgres::Result> result = db.Execute({"number", sql});
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->Int8(0, 0) : -1;
}

}  // namespace ordermesh::analytics
