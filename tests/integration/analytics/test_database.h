// A database of one test's own on the server of $DATABASE_URL, with the schema `analytics`.
#pragma once

#include <string>

#include "libs/postgres/connection.h"

namespace ordermesh::analytics {

// Made by the constructor, dropped by the destructor. A server that can't be reached fails the test.
class TestDatabase {
 public:
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& url() const { return url_; }
  postgres::ConnectionOptions options() const { return {.url = url_, .application_name = "analytics_test"}; }
  // Runs SQL text as the superuser; fails the test on an error.
  void Run(absl::string_view sql);
  // The first column of the first row.
  std::int64_t Number(const char* sql);

 private:
  std::string name_;
  std::string url_;
};

// The text of a file of the source tree, by its path from the root; fails the test when it is not there.
std::string ReadSource(const std::string& path);

}  // namespace ordermesh::analytics
