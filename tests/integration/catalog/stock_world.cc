#include "tests/integration/catalog/stock_world.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <thread>

#include "absl/strings/str_cat.h"
#include "services/catalog/store/catalog_database.h"

namespace ordermesh::catalog {
namespace {

void Check(const absl::Status& status, absl::string_view what) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s: %s\n", std::string(what).c_str(), status.ToString().c_str());
  std::abort();
}

std::unique_ptr<ordermesh::testing::TestDatabase> MakeDatabase() {
  auto database = ordermesh::testing::TestDatabase::Create();
  Check(database.status(), "test database");
  return *std::move(database);
}

std::string Quoted(const base::Uuid& id) { return absl::StrCat("'", id.ToString(), "'"); }

}  // namespace

StockWorld::StockWorld()
    : database_(MakeDatabase()),
      sessions_({.database = ServiceDatabase(database_->UrlAs("ordermesh_catalog"))}, metrics_, base::SystemTimer()),
      store_(sessions_, events_) {}

void StockWorld::Run(const std::string& sql) { Check(database_->admin().Run(sql), sql); }

postgres::Result StockWorld::Query(const std::string& sql) {
  // Statements live for ever.
  static std::deque<std::string>& texts = *new std::deque<std::string>;
  texts.push_back(sql);
  static std::deque<std::string>& names = *new std::deque<std::string>;
  names.push_back(absl::StrCat("test_", names.size()));
  auto result = database_->admin().Execute({names.back().c_str(), texts.back().c_str()});
  Check(result.status(), sql);
  return *std::move(result);
}

std::int64_t StockWorld::Number(const std::string& sql) { return Query(sql).Int8(0, 0); }
std::string StockWorld::Text(const std::string& sql) { return std::string(Query(sql).Text(0, 0)); }

void StockWorld::WaitUntil(const std::string& sql) {
  for (int i = 0; i < 2000; ++i) {
    if (Number(sql) == 1) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "never came true: " << sql;
}

void StockWorld::AddProduct(std::uint32_t n, std::optional<std::int64_t> available) {
  const std::string id = Quoted(StockProduct(n));
  Run(absl::StrCat("INSERT INTO catalog.products (id, sku, name, price_minor, currency) VALUES (", id, ", '",
                   StockSku(n), "', 'a product', 100, 'EUR')"));
  if (!available.has_value()) return;
  Run(absl::StrCat("INSERT INTO catalog.stock (product_id, available) VALUES (", id, ", ", *available, ")"));
}

void StockWorld::DeleteProduct(std::uint32_t n) {
  Run(absl::StrCat("UPDATE catalog.products SET deleted_at = now() WHERE id = ", Quoted(StockProduct(n))));
}

// As the gateway does it: in one transaction.
void StockWorld::Order(MovementKind kind, const base::Uuid& order, std::uint32_t product, std::int64_t quantity) {
  const std::string id = Quoted(order), of_product = Quoted(StockProduct(product));
  const bool reserve = kind == MovementKind::kReservation;
  const std::int64_t back = kind == MovementKind::kRelease ? quantity : 0;
  const std::string change =
      reserve ? absl::StrCat(
                    "INSERT INTO orders.orders (id, caller, request_id, fingerprint, customer_id, state, "
                    "total_minor, currency, contact_email, note) VALUES (",
                    id, ", 'default', ", id, ", '', 'CUST-1', 1, 100, 'EUR', '', '');",
                    "INSERT INTO orders.lines (order_id, line, product_id, sku, name, quantity, "
                    "unit_price_minor) VALUES (",
                    id, ", 1, ", of_product, ", '", StockSku(product), "', 'a product', ", quantity, ", 100)")
              : absl::StrCat("UPDATE orders.orders SET state = ", kind == MovementKind::kRelease ? 2 : 4,
                             ", version = version + 1, updated_at = clock_timestamp() WHERE id = ", id);
  Run(absl::StrCat(change, "; UPDATE catalog.stock SET available = available + ", reserve ? -quantity : back,
                   ", reserved = reserved + ", reserve ? quantity : -quantity, " WHERE product_id = ", of_product));
}

std::vector<std::string> StockWorld::Events() {
  const postgres::Result rows = Query("SELECT payload FROM catalog.outbox ORDER BY xid, position");
  std::vector<std::string> events;
  for (int row = 0; row < rows.rows(); ++row) events.emplace_back(rows.Text(row, 0));
  return events;
}

}  // namespace ordermesh::catalog
