// What the catalogue refuses (migrations/catalog/0002 to 0005) is what the rules would, and older rows are no obstacle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/currencies.h"
#include "libs/domain/email_address.h"
#include "libs/domain/limits.h"
#include "libs/postgres/migrations.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/migrate/schema.h"

namespace ordermesh::migrate {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::ordermesh::testing::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kInsert[] =
    "INSERT INTO catalog.products (id, sku, name, price_minor, currency) VALUES (gen_random_uuid(), 'S', 'N', 1, "
    "'EUR');"
    "INSERT INTO catalog.customers (id, name, email) VALUES ('C', 'N', 'n@example.com');";

// A column, and the longest text that it takes, made of `unit`.
struct Limit {
  const char* column;
  int most;
  const char* unit;
};
void PrintTo(const Limit& limit, std::ostream* out) { *out << limit.column; }

class CatalogLimitTest : public ::testing::TestWithParam<Limit> {};

TEST_P(CatalogLimitTest, IsThatOfTheContract) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_THAT(database->admin().Run(kInsert), IsOk());
  const auto update = [&](int length) {
    const std::string column = GetParam().column;
    return database->admin().Run(absl::StrCat("UPDATE catalog.", column.substr(0, column.find('.')), " SET ",
                                              column.substr(column.find('.') + 1), " = repeat('", GetParam().unit,
                                              "', ", length, ")"));
  };
  EXPECT_THAT(update(GetParam().most), IsOk());
  EXPECT_THAT(update(GetParam().most + 1), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("_limit")));
}

INSTANTIATE_TEST_SUITE_P(All, CatalogLimitTest,
                         ::testing::Values(Limit{"products.sku", domain::kMaxSkuBytes / 2, "é"},
                                           Limit{"products.name", domain::kMaxProductNameCharacters, "é"},
                                           Limit{"products.description", domain::kMaxDescriptionCharacters, "é"},
                                           Limit{"products.category", domain::kMaxCategoryCharacters, "é"},
                                           Limit{"products.brand", domain::kMaxBrandCharacters, "é"},
                                           Limit{"customers.id", domain::kMaxCustomerIdBytes / 2, "é"},
                                           Limit{"customers.name", domain::kMaxCustomerNameCharacters, "é"}));

TEST(CatalogLimitsTest, ACustomersAddressIsOneThatMailCanBeSentTo) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_THAT(database->admin().Run(kInsert), IsOk());
  const auto update = [&](const std::string& email) {
    return database->admin().Run(absl::StrCat("UPDATE catalog.customers SET email = '", email, "'"));
  };
  const std::string longest(domain::kMaxEmailBytes - 12, 'a');
  EXPECT_THAT(update(""), IsOk()) << "none";
  for (const char* good : {"ada+shop@example.co.uk", "1@2.3", "jürgen@bücher.example"}) {
    EXPECT_THAT(update(good), IsOk()) << good;
    EXPECT_TRUE(domain::IsEmailAddress(good)) << good;
  }
  EXPECT_THAT(update(longest + "@example.com"), IsOk());
  EXPECT_THAT(update(longest + "b@example.com"), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("_limit")));
  for (const char* bad : {"ada@example.com ", " ada@example.com", "Ada <ada@example.com>", "<ada@example.com>", "ada",
                          "ada@example", "@example.com", "ada@", "a b@example.com", "a@b@example.com",
                          "ada@example..com", "ada@example.com.", "ada@.com", "ada@[127.0.0.1]", "ada(x)@example.com",
                          "ada@example.com,bob@example.com", "ada@example.com\n", "\\ada@example.com"}) {
    EXPECT_THAT(update(bad), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("customers_email_form"))) << bad;
    EXPECT_FALSE(domain::IsEmailAddress(bad)) << bad;
  }
}

TEST(CatalogLimitsTest, AttributesAreLimitedToo) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_THAT(database->admin().Run(kInsert), IsOk());
  const auto update = [&](int bytes) {
    return database->admin().Run(
        absl::StrCat("UPDATE catalog.products SET attributes = to_jsonb(repeat('a', ", bytes, " - 2))"));
  };
  EXPECT_THAT(update(domain::kMaxAttributesBytes), IsOk());
  EXPECT_THAT(update(domain::kMaxAttributesBytes + 1), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CatalogLimitsTest, ItsCurrenciesAreThoseOfTheRules) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::Create());
  ASSERT_OK_AND_ASSIGN(
      const postgres::Result rows,
      database->admin().Execute({"currencies", "SELECT code, digits::int4 FROM catalog.currencies ORDER BY code"}));
  std::vector<std::string> stored, known;
  for (int row = 0; row < rows.rows(); ++row) stored.push_back(absl::StrCat(rows.Text(row, 0), rows.Int4(row, 1)));
  for (const domain::Currency& currency : domain::Currencies()) {
    known.push_back(absl::StrCat(currency.code, currency.digits));
  }
  EXPECT_EQ(stored, known);
  ASSERT_THAT(database->admin().Run(kInsert), IsOk());
  for (const char* good : {"ZMW", "VED", "XCG", "ZWG", "CLF", "UYW", "USN"}) {
    EXPECT_THAT(database->admin().Run(absl::StrCat("UPDATE catalog.products SET currency = '", good, "'")), IsOk());
  }
  for (const char* bad : {"ZZZ", "XXX", "XAU"}) {
    EXPECT_THAT(database->admin().Run(absl::StrCat("UPDATE catalog.products SET currency = '", bad, "'")),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("products_currency_known")));
  }
}

TEST(CatalogLimitsTest, OlderRowsBeyondThemStayAndTheirLimitIsNotHeldAgainstThem) {
  ASSERT_OK_AND_ASSIGN(auto database, TestDatabase::CreateEmpty());
  postgres::MigrationSet older = EmbeddedMigrations(), all = EmbeddedMigrations();
  std::erase_if(older.migrations, [](const auto& migration) { return !absl::StrContains(migration.name, "/0001_"); });
  older.after.clear();  // it grants rights on tables that come later
  postgres::Connection connection(SessionOptions(database->url()));
  ASSERT_THAT(postgres::ApplyMigrations(connection, std::move(older)), IsOk());
  ASSERT_THAT(database->admin().Run(kInsert), IsOk());
  ASSERT_THAT(database->admin().Run("UPDATE catalog.products SET name = repeat('n', 201), currency = 'ZZZ'"), IsOk());
  ASSERT_THAT(database->admin().Run("UPDATE catalog.customers SET email = 'Ada <ada@example.com>'"), IsOk());
  ASSERT_THAT(postgres::ApplyMigrations(connection, std::move(all)), IsOk());
  ASSERT_OK_AND_ASSIGN(const postgres::Result rows,
                       database->admin().Execute({"unchecked",
                                                  "SELECT conname::text FROM pg_constraint WHERE NOT convalidated "
                                                  "ORDER BY conname"}));
  std::vector<std::string> unchecked;
  for (int row = 0; row < rows.rows(); ++row) unchecked.emplace_back(rows.Text(row, 0));
  EXPECT_THAT(unchecked, ElementsAre("customers_email_form", "products_currency_known", "products_name_limit"));
  ASSERT_OK_AND_ASSIGN(const postgres::Result name,
                       database->admin().Execute({"name", "SELECT length(name) FROM catalog.products"}));
  EXPECT_EQ(name.Int4(0, 0), 201);
}

}  // namespace
}  // namespace ordermesh::migrate
