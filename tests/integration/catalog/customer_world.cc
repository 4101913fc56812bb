#include "tests/integration/catalog/customer_world.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/timer.h"
#include "libs/wire/time.h"
#include "ordermesh/events/v1/catalog_events.pb.h"
#include "services/catalog/store/catalog_database.h"

namespace ordermesh::catalog {
namespace {

void Check(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), status.ToString().c_str());
  std::abort();
}

Customer Decode(absl::string_view payload) {
  events::v1::CatalogEvent event;
  EXPECT_TRUE(event.ParseFromArray(payload.data(), static_cast<int>(payload.size())));
  EXPECT_TRUE(event.has_customer());
  const v1::Customer& proto = event.customer();
  Customer customer{.id = proto.id(),
                    .content = {proto.name(), proto.email(), proto.active(), proto.order_updates()},
                    .version = event.version(),
                    .created_at = wire::TimeFromProto(proto.create_time()).value_or(absl::InfinitePast()),
                    .updated_at = wire::TimeFromProto(proto.update_time()).value_or(absl::InfinitePast())};
  if (proto.has_delete_time()) {
    customer.deleted_at = wire::TimeFromProto(proto.delete_time()).value_or(absl::InfinitePast());
  }
  return customer;
}

}  // namespace

CustomerWorld::CustomerWorld() {
  auto database = ordermesh::testing::TestDatabase::Create();
  Check(database.status(), "test database");
  database_ = *std::move(database);
  store_ = &OpenStore();
}

CustomerStore& CustomerWorld::OpenStore() {
  Process process{.metrics = std::make_unique<base::Metrics>()};
  Sessions::Options options{.database = ServiceDatabase(database_->UrlAs("ordermesh_catalog"))};
  process.sessions = std::make_unique<Sessions>(options, *process.metrics, base::SystemTimer());
  process.store = std::make_unique<PostgresCustomerStore>(*process.sessions, events_);
  processes_.push_back(std::move(process));
  return *processes_.back().store;
}

void CustomerWorld::Run(const std::string& sql) { Check(database_->admin().Run(sql), sql); }

postgres::Result CustomerWorld::Query(const std::string& sql) {
  // Statements live for ever.
  static std::deque<std::string>& texts = *new std::deque<std::string>;
  texts.push_back(sql);
  static std::deque<std::string>& names = *new std::deque<std::string>;
  names.push_back(absl::StrCat("test_", names.size()));
  auto result = database_->admin().Execute({names.back().c_str(), texts.back().c_str()});
  Check(result.status(), sql);
  return *std::move(result);
}

std::int64_t CustomerWorld::Number(const std::string& sql) { return Query(sql).Int8(0, 0); }
std::string CustomerWorld::Text(const std::string& sql) { return std::string(Query(sql).Text(0, 0)); }

void CustomerWorld::WaitUntil(const std::string& sql, std::int64_t number) {
  for (int i = 0; i < 2000; ++i) {
    if (Number(sql) == number) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  FAIL() << "never came true: " << sql;
}

std::vector<FakeCustomerStore::Event> CustomerWorld::Events() {
  const postgres::Result rows = Query(
      "SELECT aggregate_id, type, payload, coalesce(headers->>'traceparent', '') FROM catalog.outbox ORDER BY xid, "
      "position");
  std::vector<FakeCustomerStore::Event> events;
  for (int row = 0; row < rows.rows(); ++row) {
    events.push_back({Decode(rows.Text(row, 2)), std::string(rows.Text(row, 3))});
    EXPECT_EQ(rows.Text(row, 0), events.back().customer.id);
    EXPECT_EQ(rows.Text(row, 1), "ordermesh.catalog.customer_changed.v1");
  }
  return events;
}

}  // namespace ordermesh::catalog
