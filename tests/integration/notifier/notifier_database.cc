#include "tests/integration/notifier/notifier_database.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ordermesh::notifier {
namespace {

[[noreturn]] void Die(const absl::Status& status, absl::string_view what) {
  std::fprintf(stderr, "%s\n%s\n", status.ToString().c_str(), std::string(what).c_str());
  std::abort();
}

}  // namespace

NotifierDatabase::NotifierDatabase() {
  absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
  if (!database.ok()) Die(database.status(), "no database for the test");
  database_ = *std::move(database);
}

void NotifierDatabase::Run(absl::string_view sql) {
  if (const absl::Status status = database_->admin().Run(sql); !status.ok()) Die(status, sql);
}

postgres::Result NotifierDatabase::Query(const std::string& sql) {
  postgres::ConnectionOptions options;
  options.url = database_->url();
  postgres::Connection db(options);
  absl::StatusOr<postgres::Result> result = db.Execute({"query", sql.c_str()});
  if (!result.ok()) Die(result.status(), sql);
  return *std::move(result);
}

std::int64_t NotifierDatabase::Number(const std::string& sql) { return Query(sql).Int8(0, 0); }

std::string NotifierDatabase::Text(const std::string& sql) {
  const postgres::Result result = Query(sql);
  std::string text;
  for (int row = 0; row < result.rows(); ++row) absl::StrAppend(&text, result.Text(row, 0), "\n");
  return text;
}

void NotifierDatabase::AddOrder(const base::Uuid& id, const std::string& contact) {
  Run(
      absl::StrCat("INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, total_minor, "
                   "currency, contact_email, note) VALUES ('",
                   id.ToString(), "', 'default', '", id.ToString(), "', '', '", id.ToString(), "', 1, 0, 'EUR', '",
                   contact, "', '')"));
}

void NotifierDatabase::SetWantsUpdates(const base::Uuid& order_id, bool wants) {
  Run(absl::StrCat("INSERT INTO catalog.customers (id, name, email, order_updates) VALUES ('", order_id.ToString(),
                   "', 'Ada', 'ada@example.com', ", wants ? "true" : "false",
                   ") ON CONFLICT (id) DO UPDATE SET order_updates = excluded.order_updates"));
}

void NotifierDatabase::PassTime(absl::Duration duration) {
  const std::string by = absl::StrCat(absl::ToInt64Milliseconds(duration), " * interval '1 ms'");
  Run(absl::StrCat("UPDATE notifications.notifications SET created_at = created_at - ", by, ", sent_at = sent_at - ",
                   by, ", next_attempt_at = next_attempt_at - ", by, ", leased_until = leased_until - ", by,
                   ", resent_at = resent_at - ", by, ", failed_at = failed_at - ", by, ";",
                   "UPDATE notifications.resends SET created_at = created_at - ", by, ", after_time = after_time - ",
                   by, ";", "UPDATE notifications.chores SET until = until - ", by, ";",
                   "UPDATE notifications.dead_letters SET created_at = created_at - ", by,
                   ", redriven_at = redriven_at - ", by));
}

}  // namespace ordermesh::notifier
