#include "tests/integration/catalog/product_world.h"

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/timer.h"
#include "services/catalog/store/catalog_database.h"

namespace ordermesh::catalog {
namespace {

void Check(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), status.ToString().c_str());
  std::abort();
}

}  // namespace

ProductWorld::ProductWorld(Sessions::Options options) {
  auto database = ordermesh::testing::TestDatabase::Create();
  Check(database.status(), "test database");
  database_ = *std::move(database);
  options.database = ServiceDatabase(url());
  sessions_ = std::make_unique<Sessions>(options, metrics_, base::SystemTimer());
  store_ = std::make_unique<PostgresProductStore>(*sessions_, events_);
}

void ProductWorld::Run(const std::string& sql) { Check(database_->admin().Run(sql), sql); }

postgres::Result ProductWorld::Query(const std::string& sql) {
  // Statements live for ever.
  static std::deque<std::string>& texts = *new std::deque<std::string>;
  static std::deque<std::string>& names = *new std::deque<std::string>;
  texts.push_back(sql);
  names.push_back(absl::StrCat("test_", names.size()));
  auto result = database_->admin().Execute({names.back().c_str(), texts.back().c_str()});
  Check(result.status(), sql);
  return *std::move(result);
}

std::int64_t ProductWorld::Number(const std::string& sql) { return Query(sql).Int8(0, 0); }
std::string ProductWorld::Text(const std::string& sql) { return std::string(Query(sql).Text(0, 0)); }

void ProductWorld::WaitUntil(const std::string& sql) {
  while (Number(sql) == 0) base::SystemTimer().SleepFor(absl::Milliseconds(20), std::stop_token());
}

std::vector<OutboxEvent> ProductWorld::Events() {
  const postgres::Result rows =
      Query("SELECT type, aggregate_id, payload, headers FROM catalog.outbox ORDER BY xid, position");
  std::vector<OutboxEvent> events;
  for (int row = 0; row < rows.rows(); ++row) {
    events.push_back({std::string(rows.Text(row, 0)), std::string(rows.Text(row, 1)), std::string(rows.Text(row, 2)),
                      std::string(rows.Text(row, 3))});
  }
  return events;
}

}  // namespace ordermesh::catalog
