// What each service's role may do, and what not; see sql/grants.sql.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "libs/postgres/connection.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"

namespace ordermesh::migrate {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TestDatabase;

// One database for all: none of the statements leaves anything behind.
class RightsTestBase : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
    database_ = database.release();
  }
  static void TearDownTestSuite() {
    delete database_;
    database_ = nullptr;
  }
  static std::string UrlAs(absl::string_view service) { return database_->UrlAs(absl::StrCat("ordermesh_", service)); }

  static TestDatabase* database_;
};
TestDatabase* RightsTestBase::database_ = nullptr;

struct Right {
  const char* role;
  const char* sql;
  bool allowed;
};
void PrintTo(const Right& right, std::ostream* out) { *out << right.role << ": " << right.sql; }

class RightsTest : public RightsTestBase, public ::testing::WithParamInterface<Right> {};

TEST_P(RightsTest, AreAsGranted) {
  postgres::Connection connection({.url = UrlAs(GetParam().role)});
  const absl::Status status = connection.Run(GetParam().sql);
  if (GetParam().allowed) {
    EXPECT_THAT(status, IsOk());
  } else {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied));
    EXPECT_EQ(postgres::SqlState(status), "42501");
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RightsTest,
    ::testing::Values(
        Right{"gateway", "SELECT * FROM orders.orders FOR UPDATE", true},
        Right{"gateway", "DELETE FROM orders.orders", true},
        Right{"gateway", "UPDATE orders.orders SET state = 2, version = 2, updated_at = now()", true},
        Right{"gateway", "UPDATE orders.orders SET cancel_reason = 1", true},
        Right{"gateway", "UPDATE orders.expiry SET position = position", true},
        Right{"gateway", "DELETE FROM orders.expiry", false}, Right{"gateway", "DELETE FROM catalog.movements", false},
        Right{"gateway", "INSERT INTO catalog.movements (product_id) VALUES (gen_random_uuid())", false},
        Right{"gateway", "UPDATE orders.orders SET total_minor = 0", false},
        Right{"gateway", "UPDATE orders.orders SET caller = 'other'", false},
        Right{"gateway", "UPDATE orders.lines SET quantity = 1", false},
        Right{"gateway", "DELETE FROM orders.outbox", false},
        Right{"gateway", "UPDATE orders.outbox SET payload = ''", false},
        Right{"gateway", "UPDATE orders.outbox_cursor SET position = 0", false},
        Right{"gateway", "SELECT * FROM catalog.stock ORDER BY product_id FOR UPDATE", true},
        Right{"gateway", "INSERT INTO catalog.stock VALUES (gen_random_uuid(), 1, 0)", false},
        Right{"gateway", "UPDATE catalog.products SET price_minor = 1", false},
        Right{"gateway", "SELECT * FROM notifications.notifications", false},
        Right{"gateway", "SELECT * FROM analytics.sales", false},
        Right{"validation", "SELECT * FROM catalog.products, catalog.customers", true},
        Right{"validation", "UPDATE catalog.products SET active = false", false},
        Right{"validation", "SELECT * FROM catalog.products FOR UPDATE", false},
        Right{"validation", "SELECT * FROM orders.orders", false}, Right{"relay", "SELECT * FROM orders.outbox", true},
        Right{"relay", "DELETE FROM orders.outbox", true},
        Right{"relay", "SELECT system_identifier FROM pg_control_system()", true},
        Right{"relay", "DELETE FROM orders.orders", false}, Right{"relay", "SELECT * FROM orders.orders", false},
        Right{"relay", "INSERT INTO orders.outbox (event_id) VALUES (gen_random_uuid())", false},
        Right{"relay", "UPDATE orders.outbox SET payload = ''", false},
        Right{"relay", "DELETE FROM orders.outbox_dead", false}, Right{"relay", "DELETE FROM catalog.outbox", true},
        Right{"relay", "UPDATE catalog.outbox SET payload = ''", false},
        Right{"relay", "SELECT * FROM catalog.products", false},
        Right{"catalog", "UPDATE catalog.products SET active = false", true},
        Right{"catalog", "UPDATE catalog.customers SET active = false", true},
        Right{"catalog", "UPDATE catalog.stock SET available = 0", true},
        Right{"catalog", "DELETE FROM catalog.products", false}, Right{"catalog", "DELETE FROM catalog.outbox", false},
        Right{"catalog", "UPDATE catalog.requests SET fingerprint = ''", true},
        Right{"catalog", "UPDATE catalog.requests SET target = ''", false},
        Right{"catalog", "SELECT * FROM catalog.outbox_cursor", false},
        Right{"catalog", "SELECT * FROM orders.orders", false},
        Right{"notifier", "DELETE FROM notifications.notifications", true},
        Right{"notifier", "UPDATE notifications.resends SET scheduled = 0", true},
        Right{"notifier", "DELETE FROM notifications.resends", false},
        Right{"notifier", "SELECT contact_email FROM orders.orders", true},
        Right{"notifier", "SELECT note FROM orders.orders", false},
        Right{"notifier", "UPDATE orders.orders SET state = 2", false},
        Right{"notifier", "SELECT * FROM orders.outbox", false},
        Right{"notifier", "SELECT order_updates FROM catalog.customers WHERE deleted_at IS NULL", true},
        Right{"notifier", "SELECT email FROM catalog.customers", false},
        Right{"notifier", "UPDATE catalog.customers SET order_updates = true", false},
        Right{"notifier", "SELECT * FROM catalog.products", false},
        Right{"analytics", "DELETE FROM analytics.seen_events", true},
        Right{"analytics", "SELECT contact_email FROM orders.orders", false},
        Right{"analytics", "SELECT * FROM catalog.products", false},
        Right{"analytics", "TRUNCATE analytics.sales", false}, Right{"relay", "CREATE TABLE public.mine()", false},
        Right{"gateway", "CREATE TABLE orders.mine()", false}, Right{"gateway", "DROP TABLE orders.orders", false},
        Right{"gateway", "ALTER TABLE orders.orders ADD COLUMN mine int", false},
        Right{"analytics", "CREATE SCHEMA mine", false}, Right{"notifier", "CREATE TEMPORARY TABLE mine()", false},
        Right{"relay", "SELECT * FROM ordermesh.migrations", true},
        Right{"relay", "DELETE FROM ordermesh.migrations", false}));

// Sees the transactions of other roles, whose age is one of the relay's metrics.
TEST(RelayRightsTest, SeeOtherRolesTransactions) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_THAT(database->admin().Begin(), IsOk());
  postgres::Connection relay({.url = database->UrlAs("ordermesh_relay")});
  ASSERT_OK_AND_ASSIGN(const postgres::Result row,
                       relay.Execute({"age",
                                      "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL AND "
                                      "usename <> current_user AND datname = current_database()"}));
  EXPECT_EQ(row.Int8(0, 0), 1);
}

struct Query {
  std::string service, file, sql;
  std::string schema = "";  // in which its session looks; empty: it names them all
};
void PrintTo(const Query& query, std::ostream* out) {
  *out << query.service << "/store/sql/" << query.file << ".sql " << query.schema;
}

// What list_products.sql leaves open, with each parameter that it may have.
std::string Filled(absl::string_view sql) {
  return absl::StrReplaceAll(sql, {{"{keys}", "sku, price_minor, updated_at"},
                                   {"{last}", "$13::text, $14::bigint, $15::timestamptz"},
                                   {"{behind}", ">"},
                                   {"{order}", "sku, price_minor, updated_at, id"}});
}

std::vector<Query> QueriesOfTheServices() {
  std::vector<Query> queries;
  for (const char* service : {"gateway", "validation", "relay", "notifier", "analytics", "catalog"}) {
    const std::filesystem::path folder =
        std::filesystem::path(ORDERMESH_SOURCE_DIR) / "services" / service / "store" / "sql";
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() != ".sql") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      const Query query = {service, entry.path().stem().string(), Filled(text.str())};
      if (query.service != "relay") {
        queries.push_back(query);
        continue;
      }
      for (const char* schema : {"catalog", "orders"}) {
        queries.push_back(query);
        queries.back().schema = schema;
      }
    }
  }
  std::sort(queries.begin(), queries.end(), [](const Query& a, const Query& b) {
    return std::tie(a.service, a.file, a.schema) < std::tie(b.service, b.file, b.schema);
  });
  return queries;
}

class QueryRightsTest : public RightsTestBase, public ::testing::WithParamInterface<Query> {};

// EXPLAIN asks for the same rights as running it would. The relay's sessions look in the schema of an outbox.
TEST_P(QueryRightsTest, AreEnoughForIt) {
  const std::string& schema = GetParam().schema;
  postgres::Connection connection({.url = UrlAs(GetParam().service),
                                   .session_sql = schema.empty() ? "" : absl::StrCat("SET search_path = ", schema)});
  ASSERT_THAT(connection.Run(absl::StrCat("PREPARE query AS ", GetParam().sql)), IsOk());
  ASSERT_OK_AND_ASSIGN(const postgres::Result row, connection.Execute({"parameters",
                                                                       "SELECT cardinality(parameter_types) FROM "
                                                                       "pg_prepared_statements WHERE name = 'query'"}));
  const std::vector<std::string> nulls(row.Int4(0, 0), "NULL");
  EXPECT_THAT(connection.Run(absl::StrCat("EXPLAIN EXECUTE query", nulls.empty() ? "" : "(", absl::StrJoin(nulls, ", "),
                                          nulls.empty() ? "" : ")")),
              IsOk());
}

INSTANTIATE_TEST_SUITE_P(All, QueryRightsTest, ::testing::ValuesIn(QueriesOfTheServices()), [](const auto& info) {
  const Query& query = info.param;
  return query.service + "_" + query.file + (query.schema.empty() ? "" : "_" + query.schema);
});

}  // namespace
}  // namespace ordermesh::migrate
