// The whole job and its parts, against real stores.
#include "services/migrate/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/topology.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/postgres/conninfo.h"
#include "libs/postgres/migrations.h"
#include "libs/postgres/schema_check.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/migrate/sample_data.h"
#include "services/migrate/schema.h"
#include "services/migrate/topology.h"

namespace ordermesh::migrate {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::Stack;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TestDatabase;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MigrateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(database_, TestDatabase::CreateEmpty());
    config_.database_url = database_->url();
    config_.rabbitmq.url = "";
    config_.kafka.addresses = "";
    connection_ = std::make_unique<postgres::Connection>(SessionOptions(database_->url()));
  }
  absl::Status Run() { return Migrate(config_, base::SystemTimer(), base::SystemRandom()); }
  absl::StatusOr<std::vector<std::string>> Apply(std::vector<postgres::Migration> migrations) {
    return postgres::ApplyMigrations(*connection_, {.migrations = std::move(migrations)});
  }
  postgres::Connection& admin() { return database_->admin(); }
  std::int64_t Number(const char* name, const char* sql) {
    absl::StatusOr<postgres::Result> result = admin().Execute({name, sql});
    EXPECT_THAT(result, IsOk());
    return result.ok() ? result->Int8(0, 0) : -1;
  }

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<postgres::Connection> connection_;
  MigrateConfig config_;
};

TEST_F(MigrateTest, MakesEverythingFromAnEmptyDatabase) {
  ASSERT_THAT(Run(), IsOk());
  for (const postgres::Migration& migration : EmbeddedMigrations().migrations) {
    EXPECT_THAT(postgres::CheckMigration(admin(), migration.name), IsOk());
  }
  EXPECT_EQ(Number("roles",
                   "SELECT count(*) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND NOT rolcreaterole AND NOT "
                   "rolcreatedb AND rolname IN ('ordermesh_gateway', 'ordermesh_validation', 'ordermesh_relay', "
                   "'ordermesh_notifier', 'ordermesh_analytics', 'ordermesh_catalog')"),
            6);
}

TEST_F(MigrateTest, ChangesNothingTheSecondTime) {
  ASSERT_THAT(Run(), IsOk());
  const std::int64_t before =
      Number("last", "SELECT extract(epoch FROM max(applied_at))::int8 FROM ordermesh.migrations");
  EXPECT_THAT(postgres::ApplyMigrations(*connection_, EmbeddedMigrations()), IsOkAndHolds(IsEmpty()));
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(Number("last", "SELECT extract(epoch FROM max(applied_at))::int8 FROM ordermesh.migrations"), before);
}

TEST_F(MigrateTest, RefusesAMigrationThatWasEditedAndNamesIt) {
  ASSERT_THAT(Run(), IsOk());
  ASSERT_THAT(admin().Run("UPDATE ordermesh.migrations SET checksum = 'other' WHERE name = 'orders/0001_orders'"),
              IsOk());
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition,
                              AllOf(HasSubstr("migration orders/0001_orders was edited"), HasSubstr("other"))));
}

TEST_F(MigrateTest, AppliesWhatIsNewInOrder) {
  EXPECT_THAT(Apply({{"a/0001_first", "CREATE TABLE first(id int8)"}}), IsOkAndHolds(ElementsAre("a/0001_first")));
  EXPECT_THAT(Apply({{"b/0003_third", "INSERT INTO first SELECT id + 1 FROM second"},
                     {"a/0001_first", "CREATE TABLE first(id int8)\n"},
                     {"a/0002_second", "CREATE TABLE second AS SELECT 1::int8 AS id"}}),
              IsOkAndHolds(ElementsAre("a/0002_second", "b/0003_third")));
  EXPECT_EQ(Number("first", "SELECT sum(id)::int8 FROM first"), 2);
}

TEST_F(MigrateTest, BuildsIndexesOutsideOfTransactionsAndAgainWhenBrokenOff) {
  const std::string bad =
      "-- Without a transaction.\nDROP INDEX CONCURRENTLY IF EXISTS twice;\n"
      "CREATE UNIQUE INDEX CONCURRENTLY twice ON numbers (n);\n";
  const std::vector<postgres::Migration> set = {
      {"a/0001_numbers", "CREATE TABLE numbers AS SELECT 1 AS n FROM generate_series(1, 2)"}, {"a/0002_index", bad}};
  EXPECT_THAT(Apply(set), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("migration a/0002_index")));
  EXPECT_EQ(Number("invalid", "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 1);
  EXPECT_THAT(postgres::CheckMigration(admin(), "a/0002_index"), StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_THAT(admin().Run("DELETE FROM numbers WHERE ctid = (SELECT min(ctid) FROM numbers)"), IsOk());
  EXPECT_THAT(Apply(set), IsOkAndHolds(ElementsAre("a/0002_index")));
  EXPECT_EQ(Number("invalid", "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0);
  EXPECT_THAT(Apply(set), IsOkAndHolds(IsEmpty()));
}

TEST_F(MigrateTest, LeavesNothingOfAMigrationThatFails) {
  EXPECT_THAT(Apply({{"a/0001_good", "CREATE TABLE good()"}, {"a/0002_bad", "CREATE TABLE half();\nSELECT 1 / 0;"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("migration a/0002_bad")));
  EXPECT_EQ(Number("left", "SELECT count(*) FROM pg_tables WHERE tablename IN ('good', 'half')"), 1);
  EXPECT_THAT(Apply({{"a/0001_good", "CREATE TABLE good()"}, {"a/0002_bad", "CREATE TABLE half()"}}),
              IsOkAndHolds(ElementsAre("a/0002_bad")));
}

TEST_F(MigrateTest, RefusesAMigrationThatEndsItsTransaction) {
  EXPECT_THAT(Apply({{"a/0001_commits", "CREATE TABLE early(); COMMIT;"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ends the transaction")));
}

TEST_F(MigrateTest, LetsANewerReleasesMigrationsBe) {
  ASSERT_THAT(Run(), IsOk());
  ASSERT_THAT(admin().Run("INSERT INTO ordermesh.migrations (name, checksum) VALUES ('orders/0099_later', 'x')"),
              IsOk());
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(MigrateTest, TwoRunsAtOnceBothEndWell) {
  std::vector<std::future<absl::Status>> runs;
  for (int i = 0; i < 4; ++i) runs.push_back(std::async(std::launch::async, [this] { return Run(); }));
  for (std::future<absl::Status>& run : runs) EXPECT_THAT(run.get(), IsOk());
  EXPECT_EQ(Number("count", "SELECT count(*) FROM ordermesh.migrations"),
            static_cast<std::int64_t>(EmbeddedMigrations().migrations.size()));
}

TEST_F(MigrateTest, WaitsForATableThatIsLocked) {
  ASSERT_THAT(Apply({{"a/0001_first", "CREATE TABLE first(id int8)"}}), IsOk());
  ASSERT_THAT(admin().Begin(), IsOk());
  ASSERT_THAT(admin().Run("LOCK TABLE first IN ACCESS SHARE MODE"), IsOk());
  EXPECT_THAT(Apply({{"a/0002_second", "SET LOCAL lock_timeout = '10ms'; ALTER TABLE first ADD COLUMN more int8"}}),
              StatusIs(absl::StatusCode::kAborted, HasSubstr("a/0002_second")));
  ASSERT_THAT(admin().Rollback(), IsOk());
  EXPECT_THAT(Apply({{"a/0002_second", "SET LOCAL lock_timeout = '10ms'; ALTER TABLE first ADD COLUMN more int8"}}),
              IsOkAndHolds(SizeIs(1)));
}

TEST_F(MigrateTest, RunsAsAnOwnerWhoIsNoSuperuser) {
  ASSERT_THAT(admin().Run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO ordermesh_owner', "
                          "current_database()); END $$"),
              IsOk());
  config_.database_url = database_->UrlAs("ordermesh_owner");
  config_.sample_data = true;
  EXPECT_THAT(Run(), IsOk());
  EXPECT_THAT(Run(), IsOk());
}

TEST_F(MigrateTest, GivesTheRolesTheirPassword) {
  config_.role_password = "it's a secret";
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(Number("passwords",
                   "SELECT count(*) FROM pg_authid WHERE rolname LIKE 'ordermesh\\_%' AND rolpassword LIKE "
                   "'SCRAM-SHA-256$%'"),
            6);
}

TEST_F(MigrateTest, GivesUpOnAServerThatDoesNotComeUp) {
  ASSERT_OK_AND_ASSIGN(config_.database_url, postgres::WithSettings(database_->url(), {{"port", "1"}}));
  config_.wait_timeout = absl::Milliseconds(200);
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("database: given up")));
}

TEST_F(MigrateTest, LoadsTheSampleDataOnce) {
  config_.sample_data = true;
  config_.sample_stock = 7;
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(Number("products", "SELECT count(*) FROM catalog.products WHERE currency = 'EUR'"), kSampleProducts);
  EXPECT_EQ(Number("active", "SELECT count(*) FROM catalog.products WHERE active AND sku <> 'SKU-0999'"), 999);
  EXPECT_EQ(Number("stock", "SELECT count(*) FROM catalog.stock WHERE available = 7 AND reserved = 0"),
            kSampleProducts);
  EXPECT_EQ(Number("customers",
                   "SELECT count(*) FROM catalog.customers WHERE email = 'customer' || right(id, 4) || "
                   "'@example.com'"),
            kSampleCustomers);
  // What was sold since stays sold, what was changed stays changed; what is missing comes back.
  ASSERT_THAT(admin().Run("UPDATE catalog.stock SET available = 1; UPDATE catalog.products SET price_minor = 1;"
                          "DELETE FROM catalog.customers WHERE id = 'CUST-0500'"),
              IsOk());
  config_.sample_stock = 99;
  ASSERT_THAT(Run(), IsOk());
  EXPECT_EQ(Number("available", "SELECT sum(available)::int8 FROM catalog.stock"), kSampleProducts);
  EXPECT_EQ(Number("prices", "SELECT sum(price_minor)::int8 FROM catalog.products"), kSampleProducts);
  EXPECT_EQ(Number("customers",
                   "SELECT count(*) FROM catalog.customers WHERE email = 'customer' || right(id, 4) || "
                   "'@example.com'"),
            kSampleCustomers);
}

TEST_F(MigrateTest, StocksAProductThatWasThereUnderAnotherId) {
  ASSERT_THAT(Run(), IsOk());
  ASSERT_THAT(admin().Run("INSERT INTO catalog.products (id, sku, name, price_minor, currency) VALUES "
                          "('00000000-0000-7000-8000-000000000001', 'SKU-0001', 'Mine', 5, 'EUR')"),
              IsOk());
  ASSERT_OK_AND_ASSIGN(const Loaded loaded, LoadSampleData(*connection_, 3));
  EXPECT_EQ(loaded.products, kSampleProducts - 1);
  EXPECT_EQ(loaded.stock, kSampleProducts);
  EXPECT_EQ(Number("mine",
                   "SELECT available FROM catalog.stock JOIN catalog.products ON id = product_id WHERE name = "
                   "'Mine'"),
            3);
}

// The brokers are shared by all tests: RabbitMQ's have a virtual host of their own.
class TopologyTest : public MigrateTest {
 protected:
  void SetUp() override {
    MigrateTest::SetUp();
    const std::string name = absl::StrCat("test-", absl::Hex(base::SystemRandom().Bits()));
    Stack::Rabbitmqctl(absl::StrCat("add_vhost ", name));
    Stack::Rabbitmqctl(absl::StrCat("set_permissions -p ", name, " guest '.*' '.*' '.*'"));
    config_.rabbitmq.url = Stack::Variable("AMQP_URL");
    while (config_.rabbitmq.url.back() == '/') config_.rabbitmq.url.pop_back();
    absl::StrAppend(&config_.rabbitmq.url, "/", name);
  }
};

TEST_F(TopologyTest, DeclaresWhatTheServicesCheckAndIsContentTheSecondTime) {
  config_.kafka.addresses = Stack::Variable("KAFKA_BROKERS");
  ASSERT_THAT(Run(), IsOk());
  ASSERT_THAT(Run(), IsOk());
  rabbitmq::Connection connection({.broker = config_.rabbitmq, .name = "test"});
  EXPECT_THAT(rabbitmq::CheckTopology(connection, messaging::Notifications()), IsOk());
  ASSERT_OK_AND_ASSIGN(auto cluster, kafka::Cluster::Connect(config_.kafka, "test"));
  EXPECT_THAT(kafka::CheckTopology(*cluster, messaging::OrderTopics(), absl::Seconds(20)), IsOk());
  EXPECT_THAT(kafka::CheckTopology(*cluster, messaging::CatalogTopics(), absl::Seconds(20)), IsOk());
}

TEST_F(TopologyTest, NamesAQueueThatIsOfAnotherKind) {
  rabbitmq::Connection connection({.broker = config_.rabbitmq, .name = "test"});
  rabbitmq::QueueSpec other = messaging::Notifications().queues.back();
  other.int_arguments = {{"x-delivery-limit", 3}};
  ASSERT_THAT(connection.DeclareQueue(other), IsOk());
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kFailedPrecondition,
                              AllOf(HasSubstr("queue notifications"), HasSubstr("x-delivery-limit"))));
}

TEST_F(MigrateTest, BrokersThatMakeNoSenseAreRefusedBeforeTheDatabaseIsChanged) {
  config_.kafka = {.security = "sasl_ssl"};
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("kafka_sasl_mechanism")));
  config_.kafka.addresses = "";
  config_.rabbitmq = {.ca_file = "/etc/hostname"};
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("amqp_ca_file")));
  EXPECT_EQ(Number("test_schemas", "SELECT count(*) FROM pg_namespace WHERE nspname = 'ordermesh'"), 0);
}

TEST_F(TopologyTest, GivesUpOnABrokerThatDoesNotComeUp) {
  config_.wait_timeout = absl::Milliseconds(300);
  config_.rabbitmq.url = "amqp://guest:guest@127.0.0.1:1/";
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("rabbitmq: given up")));
  config_.rabbitmq.url = "";
  config_.kafka.addresses = "127.0.0.1:1";
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("kafka: given up")));
}

}  // namespace
}  // namespace ordermesh::migrate
