#include "services/validation/store/postgres_catalog_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/postgres/conninfo.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_proxy.h"
#include "libs/testing/test_database.h"
#include "services/validation/store/validation_database.h"
#include "services/validation/testing/catalog.h"
#include "services/validation/testing/catalog_store_conformance.h"

namespace ordermesh::validation {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ordermesh::testing::TcpProxy;
using ordermesh::testing::TestDatabase;
using postgres::Params;
using ::testing::HasSubstr;

constexpr postgres::Statement kPutProduct = {
    "put_product",
    "INSERT INTO catalog.products(id, sku, name, price_minor, currency, active) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (id) DO UPDATE SET sku = $2, name = $3, price_minor = $4, currency = $5, active = $6"};
constexpr postgres::Statement kPutCustomer = {
    "put_customer",
    "INSERT INTO catalog.customers(id, name, email, active) VALUES ($1, 'Somebody', $2, $3) "
    "ON CONFLICT (id) DO UPDATE SET email = $2, active = $3"};
constexpr postgres::Statement kDeleteProduct = {"delete_product", "DELETE FROM catalog.products WHERE id = $1"};

void Ignore(const CatalogPage&) {}

class PostgresWorld : public CatalogWorld {
 public:
  PostgresWorld() : database_(TestDatabase::Create().value()) {
    PostgresCatalogStore::Options options;
    options.database = ServiceDatabase(database_->UrlAs("ordermesh_validation"));
    options.statement_timeout = absl::Seconds(20);  // a slow machine is not what is tested
    options.page = kPage;
    store_ = std::make_unique<PostgresCatalogStore>(options);
  }
  CatalogStore& store() override { return *store_; }
  std::unique_ptr<Transaction> Begin() override { return std::make_unique<PostgresTransaction>(database_->url()); }
  void DeleteProduct(const domain::ProductId& id) override {
    EXPECT_THAT(database_->admin().Execute(kDeleteProduct, Params().Uuid(id)), IsOk());
  }

 private:
  class PostgresTransaction : public Transaction {
   public:
    explicit PostgresTransaction(const std::string& url)
        : connection_({.url = url, .idle_in_transaction_timeout = absl::Seconds(60)}) {
      EXPECT_THAT(connection_.Begin(), IsOk());
    }
    void Put(const domain::CatalogProduct& product) override {
      EXPECT_THAT(connection_.Execute(kPutProduct, Params()
                                                       .Uuid(product.id)
                                                       .Text(product.sku)
                                                       .Text(product.name)
                                                       .Int8(product.price.minor)
                                                       .Text(product.price.currency)
                                                       .Bool(product.active)),
                  IsOk());
    }
    void Put(const StoredCustomer& customer) override {
      EXPECT_THAT(
          connection_.Execute(kPutCustomer, Params().Text(customer.id).Text(customer.email).Bool(customer.active)),
          IsOk());
    }
    void Commit() override { EXPECT_THAT(connection_.Commit(), IsOk()); }
    void RollBack() override { EXPECT_THAT(connection_.Rollback(), IsOk()); }

   private:
    postgres::Connection connection_;
  };

  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<PostgresCatalogStore> store_;
};

INSTANTIATE_TEST_SUITE_P(Postgres, CatalogStoreConformance, ::testing::Values(+[]() -> std::unique_ptr<CatalogWorld> {
                           return std::make_unique<PostgresWorld>();
                         }));

TEST(PostgresCatalogStoreTest, ADatabaseWithoutTheSchemaIsNamed) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::CreateEmpty());
  PostgresCatalogStore store({.database = ServiceDatabase(database->url())});
  EXPECT_THAT(store.Position(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ordermesh-migrate")));
}

// What a transaction has written that is still open is looked at once, not at each poll; nor is what is older.
TEST(PostgresCatalogStoreTest, TheWorkOfAReadingIsThatOfWhatIsNew) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_THAT(database->admin().Run(
                  "INSERT INTO catalog.products (id, sku, name, price_minor, currency) "
                  "SELECT gen_random_uuid(), 'SKU-' || n, 'Product', 1, 'EUR' FROM generate_series(1, 20000) n;"
                  "ANALYZE catalog.products"),
              IsOk());
  PostgresCatalogStore store(
      {.database = ServiceDatabase(database->UrlAs("ordermesh_validation")), .statement_timeout = absl::Seconds(20)});
  ASSERT_OK_AND_ASSIGN(CatalogPosition position, store.Position());
  postgres::Connection slow({.url = database->url(), .idle_in_transaction_timeout = absl::Seconds(60)});
  ASSERT_THAT(slow.Begin(), IsOk());
  ASSERT_THAT(slow.Run("UPDATE catalog.products SET price_minor = 2"), IsOk());
  ASSERT_OK_AND_ASSIGN(position, store.ReadChanges(position, Ignore));

  // Rows of products that a reading fetches, by whatever plan; counted as they are committed to the statistics.
  constexpr postgres::Statement kFetched = {
      "fetched",
      "SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int8 FROM pg_stat_user_tables "
      "WHERE relid = 'catalog.products'::regclass"};
  const auto fetched = [&]() -> std::int64_t {
    EXPECT_THAT(database->admin().Run("SELECT pg_stat_force_next_flush(), pg_stat_clear_snapshot()"), IsOk());
    const auto rows = database->admin().Execute(kFetched);
    EXPECT_THAT(rows, IsOk());
    return rows.ok() ? rows->Int8(0, 0) : -1;
  };
  const auto read_and_end = [&](CatalogPosition& from) {
    PostgresCatalogStore once(
        {.database = ServiceDatabase(database->UrlAs("ordermesh_validation")), .statement_timeout = absl::Seconds(20)});
    const auto next = once.ReadChanges(from, Ignore);
    EXPECT_THAT(next, IsOk());
    if (next.ok()) from = *next;
  };
  const std::int64_t before = fetched();
  for (int poll = 0; poll < 20; ++poll) {
    ASSERT_THAT(
        database->admin().Run("INSERT INTO catalog.customers (id, name, email) VALUES (gen_random_uuid(), '', '')"),
        IsOk());
    read_and_end(position);  // its session's end tells what it did
  }
  while (database->admin()
             .Execute({"sessions",
                       "SELECT count(*) FROM pg_stat_activity WHERE usename = "
                       "'ordermesh_validation' AND datname = current_database()"})
             ->Int8(0, 0) > 1) {
  }
  EXPECT_LT(fetched() - before, 1000);
  ASSERT_THAT(slow.Commit(), IsOk());
  int rows = 0;
  ASSERT_THAT(
      store.ReadChanges(position, [&](const CatalogPage& page) { rows += static_cast<int>(page.products.size()); }),
      IsOk());
  EXPECT_EQ(rows, 20'000);
}

// A restored copy holds the numbers of transactions of another database: they say nothing here.
TEST(PostgresCatalogStoreTest, RowsOfTransactionsThatAreStillToComeAreNoChanges) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_THAT(database->admin().Run("INSERT INTO catalog.customers (id, name, email, changed) "
                                    "VALUES ('CUST-1', '', '', '900000000001')"),
              IsOk());
  PostgresCatalogStore store({.database = ServiceDatabase(database->UrlAs("ordermesh_validation"))});
  ASSERT_OK_AND_ASSIGN(CatalogPosition position, store.Position());
  for (int poll = 0; poll < 3; ++poll) {
    ASSERT_THAT(
        database->admin().Run("INSERT INTO catalog.customers (id, name, email) VALUES (gen_random_uuid(), '', '')"),
        IsOk());
    std::size_t rows = 0;
    ASSERT_OK_AND_ASSIGN(position,
                         store.ReadChanges(position, [&](const CatalogPage& page) { rows += page.customers.size(); }));
    EXPECT_EQ(rows, 1u);
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<StoredCustomer> all, store.ReadCustomers(""));
  EXPECT_EQ(all.size(), 4u);
}

TEST(PostgresCatalogStoreTest, NoDatabaseIsUnavailable) {
  PostgresCatalogStore store({.database = ServiceDatabase("postgres://nobody@127.0.0.1:1/none")});
  EXPECT_THAT(store.Position(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store.ReadChanges({.end = 5}, Ignore), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(PostgresCatalogStoreTest, AServerThatHangsIsToldOfAndReadAgainAfterwards) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_OK_AND_ASSIGN(const postgres::Result port, database->admin().Execute({"port", "SELECT inet_server_port()"}));
  TcpProxy proxy(port.Int4(0, 0));
  ASSERT_OK_AND_ASSIGN(std::string url, postgres::WithSettings(database->UrlAs("ordermesh_validation"),
                                                               {{"port", absl::StrCat(proxy.port())}}));
  PostgresCatalogStore store({.database = ServiceDatabase(url)});
  ASSERT_OK_AND_ASSIGN(const CatalogPosition position, store.Position());

  proxy.HoldReplies();
  for (int attempt = 0; attempt < 2; ++attempt) {  // in a session, and while connecting
    const absl::Time start = absl::Now();
    EXPECT_THAT(store.ReadChanges(position, Ignore), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_LT(absl::Now() - start, absl::Seconds(10));  // two, and a busy machine's; else never
  }
  proxy.Release();
  EXPECT_THAT(store.ReadChanges(position, Ignore), IsOk());
}

}  // namespace
}  // namespace ordermesh::validation
