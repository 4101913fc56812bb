// A database of its own for a test: fresh, with every migration applied, gone at the end.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/postgres/connection.h"

namespace ordermesh::testing {

// Made on the server of the environment's DATABASE_URL (`tools/stack run` sets it), whose role must be a superuser's.
// The first of them applies the migrations of the source tree to a template, which stays on the server; each database
// is a copy of it, within about 50 ms. Thread-safe.
//
//   ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
//   postgres::Connection relay({.url = database->UrlAs("ordermesh_relay")});
class TestDatabase {
 public:
  static absl::StatusOr<std::unique_ptr<TestDatabase>> Create();
  // The same without any migration.
  static absl::StatusOr<std::unique_ptr<TestDatabase>> CreateEmpty();
  // Drops it, whoever is connected.
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // As the role of DATABASE_URL.
  const std::string& url() const { return url_; }
  // As a service's role, "ordermesh_gateway".
  std::string UrlAs(absl::string_view role) const;

  // A connection as the role of DATABASE_URL, for the test itself to prepare and to look. Of the thread that made this.
  postgres::Connection& admin() { return *admin_; }

 private:
  TestDatabase(std::string server_url, std::string name);

  const std::string server_url_, name_, url_;
  std::unique_ptr<postgres::Connection> admin_;
};

}  // namespace ordermesh::testing
