// The store of products on PostgreSQL: the suite, and what only the database knows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/app/product_rules.h"
#include "services/catalog/testing/product_store_conformance.h"
#include "tests/integration/catalog/product_world.h"

namespace ordermesh::catalog {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;

std::unique_ptr<ProductStoreWorld> MakeWorld() { return std::make_unique<ProductWorld>(); }

INSTANTIATE_TEST_SUITE_P(Postgres, ProductStoreConformance, ::testing::Values(MakeWorld));
INSTANTIATE_TEST_SUITE_P(Postgres, ProductListConformance, ::testing::Values(MakeWorld));

class ProductStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<Product> Create(std::uint32_t n, ProductContent content) {
    return aio::RunSync(lane_, [&] { return world_.store().Create({lane_}, AProductCreation(n, content)); });
  }
  absl::StatusOr<Product> Rename(std::uint32_t n, const std::string& name) {
    return aio::RunSync(lane_, [&] {
      return world_.store().Change({lane_}, {.key = ProductNumber(n), .edit = [name](Product& product) {
                                               product.content.name = name;
                                               return absl::OkStatus();
                                             }});
    });
  }

  ProductWorld world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(ProductStoreTest, ANewProductsStockIsZero) {
  ASSERT_THAT(Create(1, AProduct(1)), IsOk());
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.stock WHERE available = 0 AND reserved = 0"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.movements"), 0);
}

TEST_F(ProductStoreTest, TheRulesCountAttributesAsTheDatabaseDoes) {
  const Attributes cases[] = {{},
                              {{"a", "b"}},
                              {{"a", "\"\\\n\t\r"}, {"\xC3\xBC", ""}},
                              {{"\"", "\xF0\x9F\xA7\xA6"}, {"/", "</>"}, {"k", "'"}}};
  std::uint32_t n = 0;
  for (const Attributes& attributes : cases) {
    ProductContent content = AProduct(++n);
    content.attributes = attributes;
    ASSERT_THAT(Create(n, content), IsOk());
    EXPECT_EQ(
        world_.Number(absl::StrCat("SELECT octet_length(attributes::text)::bigint FROM catalog.products WHERE id = '",
                                   ProductNumber(n).ToString(), "'")),
        static_cast<std::int64_t>(BytesOf(attributes)));
  }
}

TEST_F(ProductStoreTest, TheLargestProductThatTheRulesAllowIsStored) {
  const auto characters = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "\xF0\x9F\xA7\xA6";
    return text;
  };
  ProductContent content{.sku = characters(16),
                         .name = characters(200),
                         .description = characters(10'000),
                         .category = characters(100),
                         .brand = characters(100),
                         .price = {std::numeric_limits<std::int64_t>::max(), "UYW"},
                         .active = true,
                         .attributes = {}};
  for (int i = 0; BytesOf(content.attributes) < 12'000; ++i) content.attributes[absl::StrCat(i)] = characters(1000);
  // Up to the last byte.
  content.attributes["z"] = "";
  content.attributes["z"] = std::string((16 << 10) - BytesOf(content.attributes), 'z');
  ASSERT_EQ(BytesOf(content.attributes), std::size_t{16 << 10});
  const auto stored = Create(1, content);
  ASSERT_THAT(stored, IsOk());
  EXPECT_EQ(aio::RunSync(lane_, [&] { return world_.store().Get({lane_}, stored->id); })->content, content);
}

TEST_F(ProductStoreTest, WhatSomebodyWroteByHandIsNotLostByAnotherChange) {
  ASSERT_THAT(Create(1, AProduct(1)), IsOk());
  world_.Run(R"(UPDATE catalog.products SET attributes = '{"legs": 4, "colour": "red"}')");
  const auto renamed = Rename(1, "Stool");
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(renamed->content.attributes, (Attributes{{"colour", "red"}}));
  EXPECT_EQ(world_.Text("SELECT attributes->>'legs' FROM catalog.products"), "4");
}

TEST_F(ProductStoreTest, NamesBeyondAsciiAreFoundAndPagedWhateverTheirCase) {
  const char* const names[] = {"\u00d6l", "\u00f6lkanne", "\u00d6LPAPIER", "olive"};
  std::uint32_t n = 0;
  for (const char* name : names) {
    ProductContent content = AProduct(++n);
    content.name = name;
    ASSERT_THAT(Create(n, content), IsOk());
  }
  for (const char* prefix : {"\u00f6L", "\u00d6l"}) {
    ProductQuery query{.filter = {.prefix = prefix}, .limit = 1};
    std::vector<std::string> listed;
    for (;;) {
      const auto page = aio::RunSync(lane_, [&] { return world_.store().List({lane_}, query); });
      ASSERT_THAT(page, IsOk());
      if (page->empty()) break;
      listed.push_back(page->front().product.content.name);
      query.after = page->front().keys;
    }
    EXPECT_THAT(listed, ::testing::ElementsAre(names[0], names[1], names[2])) << prefix;
  }
}

TEST_F(ProductStoreTest, AProductThatIsLockedIsRefusedForNow) {
  ASSERT_THAT(Create(1, AProduct(1)), IsOk());
  world_.Run("BEGIN; SELECT * FROM catalog.products FOR UPDATE");
  const auto refused = Rename(1, "Stool");
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(domain::RefusalOf(refused.status()).reason, domain::reasons::kLocked);
  world_.Run("ROLLBACK");
  EXPECT_THAT(Rename(1, "Stool"), IsOk());
}

}  // namespace
}  // namespace ordermesh::catalog
