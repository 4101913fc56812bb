// A service's database, declared once: where it is, what its sessions are called and set to, which migrations its SQL
// needs, and whether it is there.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/periodic.h"
#include "libs/base/timer.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {

// A statement that somebody waits for ends by then: of the 5 s that a call has by default, so that who asks for too
// much is told so, not left without an answer.
inline constexpr absl::Duration kQueryTimeout = absl::Seconds(3);

// Of a session that only looks: it has an answer within about a second, also when the server hangs.
ConnectionOptions CheckOptions(std::string url, std::string application_name);

// A value. A session's `purpose` is seen in pg_stat_activity behind the application: "ordermesh-gateway intake".
struct Database {
  std::string url;                      // libpq's connection string or URL
  std::string application;              // "ordermesh-gateway"
  std::vector<std::string> migrations;  // the newest that its SQL needs, of each schema: "orders/0001_orders"
  std::string session_sql;              // what all its sessions are set to, checks apart: "SET enable_seqscan = off"

  // Of work in the background, with the limits of ConnectionOptions.
  ConnectionOptions Worker(absl::string_view purpose) const;
  // Of what somebody waits for.
  ConnectionOptions Queries(absl::string_view purpose, absl::Duration statement_timeout = kQueryTimeout) const;
  // As CheckOptions.
  ConnectionOptions Checks(absl::string_view purpose) const;
};

struct DatabaseState {
  absl::Status database;  // it answers
  absl::Status schema;    // it is as new as the code needs it (see CheckMigration); as `database` when that isn't OK
};

// Looks for the migrations of `database` on a session of its Checks.
DatabaseState CheckDatabase(Connection& connection, const Database& database);

// Looks at the database every `interval`, the first time at once, on a session and a thread of its own, so that a
// database that hangs is named in time however busy the others are. The timer must outlive it.
class DatabaseMonitor {
 public:
  // The dependencies that it reports.
  static constexpr char kDatabase[] = "database";
  static constexpr char kSchema[] = "schema";
  using Report = std::function<void(const std::string& dependency, const absl::Status& status)>;
  using Look = std::function<absl::Status(Connection& connection)>;

  // `look` is what else is to be seen when the schema is as needed; what it fails with is the database's status. Both
  // are called on the thread only.
  DatabaseMonitor(Database database, absl::Duration interval, Report report, base::Timer& timer, Look look = nullptr);

 private:
  void LookOnce();

  const Database database_;
  const Report report_;
  const Look look_;
  Connection connection_;  // the thread's own
  base::Periodic looks_;   // Last: it uses what stands above.
};

}  // namespace ordermesh::postgres
