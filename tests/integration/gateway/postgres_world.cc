#include "tests/integration/gateway/postgres_world.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "libs/domain/states.h"
#include "services/gateway/store/gateway_database.h"

namespace ordermesh::gateway {
namespace {

void Check(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), status.ToString().c_str());
  std::abort();
}

}  // namespace

PostgresWorld::PostgresWorld(PostgresOrderStore::Options options) : options_(std::move(options)) {
  auto database = ordermesh::testing::TestDatabase::Create();
  Check(database.status(), "test database");
  database_ = *std::move(database);
  store_ = OpenStore();
}

std::unique_ptr<PostgresOrderStore> PostgresWorld::OpenStore() {
  PostgresOrderStore::Options options = options_;
  options.database = ServiceDatabase(url());
  return std::make_unique<PostgresOrderStore>(options, events_, base::SystemTimer(), base::SystemRandom(), metrics());
}

void PostgresWorld::Run(const std::string& sql) { Check(database_->admin().Run(sql), sql); }

postgres::Result PostgresWorld::Query(const std::string& sql) {
  // Statements live for ever.
  static std::deque<std::string>& texts = *new std::deque<std::string>;
  texts.push_back(sql);
  static std::deque<std::string>& names = *new std::deque<std::string>;
  names.push_back(absl::StrCat("test_", names.size()));
  auto result = database_->admin().Execute({names.back().c_str(), texts.back().c_str()});
  Check(result.status(), sql);
  return *std::move(result);
}

std::int64_t PostgresWorld::Number(const std::string& sql) { return Query(sql).Int8(0, 0); }
std::string PostgresWorld::Text(const std::string& sql) { return std::string(Query(sql).Text(0, 0)); }

void PostgresWorld::SetStock(const domain::ProductId& product, std::int64_t available) {
  Run(absl::StrCat("INSERT INTO catalog.stock (product_id, available) VALUES ('", product.ToString(), "', ", available,
                   ") ON CONFLICT (product_id) DO UPDATE SET available = EXCLUDED.available"));
}

std::int64_t PostgresWorld::Stock(const domain::ProductId& product) {
  return Number(absl::StrCat("SELECT coalesce(max(available), 0) FROM catalog.stock WHERE product_id = '",
                             product.ToString(), "'"));
}

std::int64_t PostgresWorld::Reserved(const domain::ProductId& product) {
  return Number(absl::StrCat("SELECT coalesce(max(reserved), 0) FROM catalog.stock WHERE product_id = '",
                             product.ToString(), "'"));
}

bool PostgresWorld::MovementsSumToStock() {
  // What orders reserved when they were accepted are their lines.
  return Number(
             "SELECT count(*) FROM catalog.stock s LEFT JOIN (SELECT product_id, sum(available) AS available, "
             "sum(reserved) AS reserved FROM (SELECT product_id, available_delta AS available, reserved_delta AS "
             "reserved FROM catalog.movements UNION ALL SELECT product_id, -quantity, quantity FROM orders.lines) m "
             "GROUP BY product_id) h USING (product_id) WHERE (s.available, s.reserved) IS DISTINCT FROM "
             "(h.available::bigint, h.reserved::bigint)") == 0;
}

void PostgresWorld::SetState(const domain::OrderId& id, domain::OrderState state) {
  Run(absl::StrCat("UPDATE orders.orders SET version = version + 1, state = ", static_cast<int>(state), " WHERE id = '",
                   id.ToString(), "'"));
}

std::vector<FakeOrderStore::Event> PostgresWorld::Events() {
  const postgres::Result rows = Query(
      "SELECT aggregate_id, type, payload, coalesce(headers->>'traceparent', '') FROM orders.outbox ORDER BY xid, "
      "position");
  std::vector<FakeOrderStore::Event> events;
  for (int row = 0; row < rows.rows(); ++row) {
    const std::string payload(rows.Text(row, 2));  // "<order> v<version> … reason <number>": TextEvents
    const auto number = [&payload](const char* behind) {
      const std::size_t at = payload.find(behind);
      return at == std::string::npos ? 0 : std::atoi(payload.c_str() + at + std::strlen(behind));
    };
    domain::OrderState state = domain::OrderState::kUnspecified;
    for (const domain::OrderState one :
         {domain::OrderState::kAccepted, domain::OrderState::kCancelled, domain::OrderState::kPaid,
          domain::OrderState::kShipped, domain::OrderState::kDelivered}) {
      if (rows.Text(row, 1) == domain::StateName(one)) state = one;
    }
    events.push_back({.order = rows.Uuid(row, 0),
                      .state = state,
                      .version = number(" v"),
                      .traceparent = std::string(rows.Text(row, 3)),
                      .cancel_reason = static_cast<domain::CancelReason>(number(" reason "))});
  }
  return events;
}

}  // namespace ordermesh::gateway
