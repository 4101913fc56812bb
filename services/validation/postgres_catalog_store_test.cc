#include "services/validation/postgres_catalog_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/postgres/conninfo.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_proxy.h"
#include "libs/testing/test_database.h"
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

class PostgresWorld : public CatalogWorld {
 public:
  PostgresWorld() : database_(TestDatabase::Create().value()) {
    PostgresCatalogStore::Options options;
    options.database_url = database_->UrlAs("ordermesh_validation");
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
  PostgresCatalogStore store({.database_url = database->url()});
  EXPECT_THAT(store.ReadAll(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ordermesh-migrate")));
}

TEST(PostgresCatalogStoreTest, NoDatabaseIsUnavailable) {
  PostgresCatalogStore store({.database_url = "postgres://nobody@127.0.0.1:1/none"});
  EXPECT_THAT(store.ReadAll(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store.ReadChanges(5), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(PostgresCatalogStoreTest, AServerThatHangsIsToldOfWithinTwoSecondsAndReadAgainAfterwards) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_OK_AND_ASSIGN(const postgres::Result port, database->admin().Execute({"port", "SELECT inet_server_port()"}));
  TcpProxy proxy(port.Int4(0, 0));
  ASSERT_OK_AND_ASSIGN(std::string url, postgres::WithSettings(database->UrlAs("ordermesh_validation"),
                                                               {{"port", absl::StrCat(proxy.port())}}));
  PostgresCatalogStore store({.database_url = url});
  ASSERT_OK_AND_ASSIGN(const CatalogRead read, store.ReadAll());

  proxy.HoldReplies();
  for (int attempt = 0; attempt < 2; ++attempt) {  // in a session, and while connecting
    const absl::Time start = absl::Now();
    EXPECT_THAT(store.ReadChanges(read.next), StatusIs(absl::StatusCode::kUnavailable));
    EXPECT_LT(absl::Now() - start, absl::Milliseconds(1900));
  }
  proxy.Release();
  EXPECT_THAT(store.ReadChanges(read.next), IsOk());
}

}  // namespace
}  // namespace ordermesh::validation
