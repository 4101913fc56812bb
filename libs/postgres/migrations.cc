#include "libs/postgres/migrations.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/log.h"
#include "libs/base/status.h"

namespace ordermesh::postgres {
namespace {

// Any number that nobody else locks in this database: "ordermes" in ASCII.
constexpr std::int64_t kLockKey = 0x6F726465726D6573;

constexpr char kBookkeeping[] = R"sql(
CREATE SCHEMA IF NOT EXISTS ordermesh;
CREATE TABLE IF NOT EXISTS ordermesh.migrations (
  name       text        PRIMARY KEY,
  checksum   text        NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now()
);
)sql";

// Asked for again and again: a session that waits inside pg_advisory_lock would hold back vacuum.
constexpr Statement kTryLock = {"try_lock", "SELECT pg_try_advisory_lock($1)"};
constexpr Statement kUnlock = {"unlock", "SELECT pg_advisory_unlock($1)"};
constexpr Statement kFind = {"find_checksum", "SELECT checksum FROM ordermesh.migrations WHERE name = $1"};
constexpr Statement kRecord = {"record_migration", "INSERT INTO ordermesh.migrations (name, checksum) VALUES ($1, $2)"};

// The first line of a migration whose statements must not run in a transaction.
constexpr absl::string_view kWithoutTransaction = "-- Without a transaction.\n";

struct Parts {
  std::string schema, number;
};

absl::StatusOr<Parts> Split(absl::string_view name) {
  const std::vector<absl::string_view> halves = absl::StrSplit(name, '/');
  const auto is_word = [](absl::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
      return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_';
    });
  };
  const bool two_words = halves.size() == 2 && is_word(halves[0]) && is_word(halves[1]);
  const absl::string_view file = two_words ? halves[1] : "";
  const bool numbered = file.size() > 5 && file[4] == '_' &&
                        std::all_of(file.begin(), file.begin() + 4, [](char c) { return absl::ascii_isdigit(c); });
  if (!numbered) {
    return absl::InvalidArgumentError(absl::StrCat("migration '", name, "': want <schema>/NNNN_<words>, lower case"));
  }
  return Parts{std::string(halves[0]), std::string(file.substr(0, 4))};
}

absl::Status RunInTransaction(Connection& connection, absl::string_view what, absl::string_view sql) {
  if (sql.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(connection.Begin());
  if (absl::Status status = connection.Run(sql); !status.ok()) return base::Annotate(status, what);
  if (!connection.in_transaction()) {
    return absl::FailedPreconditionError(absl::StrCat(what, ": ends the transaction that it runs in"));
  }
  return absl::OkStatus();
}

// Each statement ends with a line.
absl::Status RunOneByOne(Connection& connection, absl::string_view what, absl::string_view sql) {
  for (const absl::string_view statement : absl::StrSplit(sql, ";\n", absl::SkipWhitespace())) {
    if (absl::Status status = connection.Run(statement); !status.ok()) return base::Annotate(status, what);
  }
  return absl::OkStatus();
}

// Whether it was missing.
absl::StatusOr<bool> ApplyOne(Connection& connection, const Migration& migration) {
  const std::string checksum = MigrationChecksum(migration.sql);
  ASSIGN_OR_RETURN(const Result found, connection.Execute(kFind, Params().Text(migration.name)));
  if (found.rows() > 0) {
    const absl::string_view applied = found.Text(0, 0);
    if (applied == checksum) return false;
    return absl::FailedPreconditionError(
        absl::StrCat("migration ", migration.name, " was edited after it was applied (checksum ", applied,
                     " in the database, ", checksum, " here): restore its text and put the change into a new one"));
  }
  const std::string what = absl::StrCat("migration ", migration.name);
  if (absl::StartsWith(migration.sql, kWithoutTransaction)) {
    RETURN_IF_ERROR(RunOneByOne(connection, what, migration.sql));
    RETURN_IF_ERROR(connection.Begin());
  } else {
    RETURN_IF_ERROR(RunInTransaction(connection, what, migration.sql));
  }
  ASSIGN_OR_RETURN(const Result recorded, connection.Execute(kRecord, Params().Text(migration.name).Text(checksum)));
  RETURN_IF_ERROR(connection.Commit());
  return true;
}

absl::Status ApplyAll(Connection& connection, const MigrationSet& set, std::vector<std::string>& applied) {
  RETURN_IF_ERROR(RunInTransaction(connection, "bookkeeping", kBookkeeping));
  RETURN_IF_ERROR(connection.Commit());
  if (!set.before.empty()) {
    RETURN_IF_ERROR(RunInTransaction(connection, "before the migrations", set.before));
    RETURN_IF_ERROR(connection.Commit());
  }
  for (const Migration& migration : set.migrations) {
    ASSIGN_OR_RETURN(const bool was_missing, ApplyOne(connection, migration));
    if (!was_missing) continue;
    base::LogInfo("migration_applied", {{"name", migration.name}});
    applied.push_back(migration.name);
  }
  if (!set.after.empty()) {
    RETURN_IF_ERROR(RunInTransaction(connection, "behind the migrations", set.after));
    RETURN_IF_ERROR(connection.Commit());
  }
  return absl::OkStatus();
}

}  // namespace

std::string MigrationChecksum(absl::string_view sql) {
  // FNV-1a: it guards against mistakes, not against malice.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : absl::StripTrailingAsciiWhitespace(sql)) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  }
  return absl::StrFormat("%016x", hash);
}

absl::Status OrderMigrations(std::vector<Migration>& migrations) {
  std::vector<std::pair<std::string, Migration>> keyed;
  for (Migration& migration : migrations) {
    ASSIGN_OR_RETURN(const Parts parts, Split(migration.name));
    keyed.emplace_back(absl::StrCat(parts.number, "/", migration.name), std::move(migration));
  }
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  migrations.clear();
  for (auto& [key, migration] : keyed) {
    if (!migrations.empty() && migrations.back().name == migration.name) {
      return absl::InvalidArgumentError(absl::StrCat("migration '", migration.name, "' is there twice"));
    }
    migrations.push_back(std::move(migration));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ApplyMigrations(Connection& connection, MigrationSet set) {
  RETURN_IF_ERROR(OrderMigrations(set.migrations));
  ASSIGN_OR_RETURN(const Result locked, connection.Execute(kTryLock, Params().Int8(kLockKey)));
  if (!locked.Bool(0, 0)) return absl::UnavailableError("database: another run of the migrations holds the lock");
  std::vector<std::string> applied;
  const absl::Status status = ApplyAll(connection, set, applied);
  // A lost session has lost its lock; nobody gets it while the server still works for the old one.
  if (connection.connected()) connection.Execute(kUnlock, Params().Int8(kLockKey)).IgnoreError();
  RETURN_IF_ERROR(status);
  return applied;
}

}  // namespace ordermesh::postgres
