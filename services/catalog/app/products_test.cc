// Products and ListProducts, on the fake store.
#include "services/catalog/app/products.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "libs/aio/task.h"
#include "libs/api/page.h"
#include "libs/api/refusals.h"
#include "libs/domain/etag.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/manual_lane.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/app/list_products.h"
#include "services/catalog/app/product_size.h"
#include "services/catalog/testing/fake_product_store.h"
#include "services/catalog/testing/products.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::FakeCall;
using ordermesh::testing::FakeClock;
using ordermesh::testing::FakeIds;
using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::ManualLane;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <class T>
std::string ReasonOf(const absl::StatusOr<T>& result) {
  return domain::RefusalOf(result.status()).reason;
}

class ProductsTest : public ::testing::Test {
 protected:
  // Runs the task to its end, which it must reach without time passing.
  template <class Task>
  auto Run(Task task) {
    std::optional<decltype(task.await_resume())> result;
    aio::Spawn([](Task task, auto& result) -> aio::Task<void> { result = co_await task; }(std::move(task), result));
    lane_.RunUntilIdle();
    return *std::move(result);
  }
  // Product number `n`, as a client sends it.
  static NewProduct ANewProduct(std::uint32_t n, std::string request_id = "") {
    NewProduct product;
    product.sku = AProduct(n).sku;
    product.fields = FieldsOf(AProduct(n));
    product.request = {RequestKind::kCreateProduct, "default", std::move(request_id), "fingerprint"};
    return product;
  }
  Product Store(NewProduct product) {
    clock_.Advance(absl::Seconds(1));
    const auto stored = Run(products_.Create(call_, std::move(product)));
    EXPECT_THAT(stored, IsOk());
    return stored.ok() ? *stored : Product();
  }
  absl::StatusOr<ProductPage> List(ProductListRequest request) { return Run(list_.Run(call_, std::move(request))); }
  static std::vector<std::string> Skus(const std::vector<Product>& products) {
    std::vector<std::string> skus;
    for (const Product& product : products) skus.push_back(product.content.sku);
    return skus;
  }

  FakeClock clock_;
  ManualLane lane_{clock_};
  ProductTextEvents events_;
  FakeProductStore store_{clock_, events_};
  FakeIds ids_;
  FakeCall call_{lane_, absl::Hours(1)};
  Products products_{store_, ids_};
  ListProducts list_{store_};
};

TEST_F(ProductsTest, CreatesAndGets) {
  const Product product = Store(ANewProduct(1));
  EXPECT_EQ(product.content, AProduct(1));
  EXPECT_THAT(Run(products_.Get(call_, product.id)), IsOkAndHolds(product));
  EXPECT_THAT(Run(products_.Get(call_, "SKU-1")), IsOkAndHolds(product));
  EXPECT_EQ(ReasonOf(Run(products_.Get(call_, "SKU-2"))), reasons::kProductNotFound);
  ASSERT_THAT(store_.Events(), SizeIs(1));
  EXPECT_THAT(store_.Events()[0].headers, ::testing::HasSubstr(call_.trace().traceparent()));
}

TEST_F(ProductsTest, ARequestIdIsRepeatedAndNoneIsNot) {
  const Product product = Store(ANewProduct(1, "once"));
  EXPECT_THAT(Run(products_.Create(call_, ANewProduct(1, "once"))), IsOkAndHolds(product));
  EXPECT_EQ(ReasonOf(Run(products_.Create(call_, ANewProduct(1)))), reasons::kSkuTaken);
  Store(ANewProduct(2));
  Store(ANewProduct(3));
  EXPECT_THAT(store_.Events(), SizeIs(3));
}

TEST_F(ProductsTest, WhatBreaksRulesNeverReachesTheStore) {
  NewProduct product = ANewProduct(1);
  product.sku = "";
  product.fields.name = "";
  const auto refused = Run(products_.Create(call_, product));
  EXPECT_EQ(ReasonOf(refused), reasons::kProductInvalid);
  EXPECT_THAT(domain::RefusalOf(refused.status()).violations, SizeIs(2));
  EXPECT_EQ(ReasonOf(Run(products_.Update(call_, {.key = "SKU-1", .fields = {.name = ""}}))), reasons::kProductInvalid);
  EXPECT_EQ(ReasonOf(Run(products_.Update(call_, {.key = "SKU-1", .etag = "x"}))), reasons::kEtagMalformed);
  EXPECT_EQ(ReasonOf(Run(products_.Delete(call_, "SKU-1", "x"))), reasons::kEtagMalformed);
  EXPECT_EQ(ReasonOf(Run(products_.Undelete(call_, "SKU-1", "x"))), reasons::kEtagMalformed);
  EXPECT_EQ(ReasonOf(Run(products_.BatchGet(call_, {}))), reasons::kBatchSizeOutOfRange);
  EXPECT_EQ(ReasonOf(Run(products_.BatchGet(call_, std::vector<ProductKey>(101, "SKU-1")))),
            reasons::kBatchSizeOutOfRange);
  EXPECT_EQ(store_.calls(), 0);
}

TEST_F(ProductsTest, UpdatesDeletesAndUndeletes) {
  const Product product = Store(ANewProduct(1));
  const auto updated = Run(products_.Update(
      call_, {.key = "SKU-1", .fields = {.active = false}, .etag = domain::MakeEtag(product.id, product.version)}));
  ASSERT_THAT(updated, IsOk());
  EXPECT_FALSE(updated->content.active);
  EXPECT_EQ(updated->content.name, product.content.name);
  const auto deleted = Run(products_.Delete(call_, product.id, domain::MakeEtag(product.id, 2)));
  ASSERT_THAT(deleted, IsOk());
  EXPECT_TRUE(deleted->deleted_at.has_value());
  EXPECT_EQ(ReasonOf(Run(products_.Update(call_, {.key = "SKU-1", .fields = {.active = true}}))),
            reasons::kProductDeleted);
  const auto back = Run(products_.Undelete(call_, product.id, ""));
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->content, updated->content);
  EXPECT_EQ(back->version, 4);
  EXPECT_THAT(store_.Events(), SizeIs(4));
}

TEST_F(ProductsTest, ARefusalOfTheStoreIsPassedOn) {
  const absl::Status refusal = api::Overloaded("database", "full");
  for (int i = 0; i < 5; ++i) store_.FailNext(refusal);
  EXPECT_EQ(Run(products_.Create(call_, ANewProduct(1))).status(), refusal);
  EXPECT_EQ(Run(products_.Get(call_, "SKU-1")).status(), refusal);
  EXPECT_EQ(Run(products_.BatchGet(call_, {"SKU-1"})).status(), refusal);
  EXPECT_EQ(Run(products_.Delete(call_, "SKU-1", "")).status(), refusal);
  EXPECT_EQ(List({}).status(), refusal);
}

TEST_F(ProductsTest, ABatchIsInItsOrderAndHasEachOnce) {
  const Product one = Store(ANewProduct(1)), two = Store(ANewProduct(2));
  const auto products = Run(products_.BatchGet(call_, {two.id, "SKU-9", one.id, "SKU-2", two.id}));
  ASSERT_THAT(products, IsOk());
  EXPECT_THAT(*products, ElementsAre(two, one));
}

TEST_F(ProductsTest, ABatchThatIsTooLargeForAnAnswerIsRefused) {
  std::vector<ProductKey> keys;
  std::size_t bytes = 0;
  while (bytes <= api::kMaxPageBytes) {
    NewProduct product = ANewProduct(static_cast<std::uint32_t>(keys.size() + 1));
    product.fields.description = std::string(10'000, 'd');
    keys.push_back(product.sku);
    bytes += BytesAtMost(Store(std::move(product)));
    if (keys.size() == 100) break;
  }
  // Of ASCII a hundred fit; the largest are of four bytes to a character.
  ASSERT_THAT(Run(products_.BatchGet(call_, keys)), IsOk());
  for (const ProductKey& key : keys) {
    std::string description;
    for (int i = 0; i < 10'000; ++i) description += "\U0001F9E6";
    ASSERT_THAT(Run(products_.Update(call_, {.key = key, .fields = {.description = description}})), IsOk());
  }
  EXPECT_EQ(ReasonOf(Run(products_.BatchGet(call_, keys))), reasons::kBatchSizeOutOfRange);
  keys.resize(20);
  EXPECT_THAT(Run(products_.BatchGet(call_, keys)), IsOk());
}

TEST_F(ProductsTest, PagesFollowEachOtherToTheEnd) {
  for (std::uint32_t n = 1; n <= 5; ++n) Store(ANewProduct(n));
  for (const bool descending : {false, true}) {
    ProductListRequest request{.order = ProductOrder::kPrice, .descending = descending, .page_size = 2};
    std::vector<std::string> seen;
    do {
      const auto page = List(request);
      ASSERT_THAT(page, IsOk());
      for (const std::string& sku : Skus(page->products)) seen.push_back(sku);
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
    if (descending) {
      EXPECT_THAT(seen, ElementsAre("SKU-5", "SKU-4", "SKU-3", "SKU-2", "SKU-1"));
    } else {
      EXPECT_THAT(seen, ElementsAre("SKU-1", "SKU-2", "SKU-3", "SKU-4", "SKU-5"));
    }
  }
}

TEST_F(ProductsTest, CountsWhenAskedTo) {
  for (std::uint32_t n = 1; n <= 3; ++n) Store(ANewProduct(n));
  EXPECT_EQ(List({.page_size = 1, .show_total_size = true})->total_size, 3);
  EXPECT_EQ(List({.page_size = 1})->total_size, std::nullopt);
}

TEST_F(ProductsTest, APageTokenServesOnlyItsQuery) {
  for (std::uint32_t n = 1; n <= 3; ++n) Store(ANewProduct(n));
  const std::string token = List({.page_size = 1})->next_page_token;
  ASSERT_FALSE(token.empty());
  const ProductListRequest others[] = {{.filter = {.category = "Kitchen"}},
                                       {.filter = {.brand = "Kitchen"}},
                                       {.filter = {.active = true}},
                                       {.filter = {.active = false}},
                                       {.filter = {.currency = "EUR", .price_from = 0}},
                                       {.filter = {.currency = "EUR", .price_before = 1}},
                                       {.filter = {.prefix = "c"}},
                                       {.filter = {.updated_from = absl::UnixEpoch()}},
                                       {.filter = {.show_deleted = true}},
                                       {.order = ProductOrder::kSku},
                                       {.descending = true}};
  for (ProductListRequest other : others) {
    other.page_token = token;
    EXPECT_EQ(ReasonOf(List(other)), reasons::kPageTokenInvalid);
  }
  EXPECT_THAT(List({.page_size = 2, .page_token = token}), IsOk());  // the size may change
  EXPECT_EQ(ReasonOf(List({.page_size = -1})), reasons::kPageSizeNegative);
  EXPECT_EQ(ReasonOf(List({.skip = 10'001})), reasons::kSkipOutOfRange);
}

TEST_F(ProductsTest, APageOfLargeProductsIsShorterAndLosesNone) {
  std::string description;
  for (int i = 0; i < 10'000; ++i) description += "\U0001F9E6";
  for (std::uint32_t n = 100; n < 160; ++n) {
    NewProduct product = ANewProduct(n);
    product.fields.description = description;
    Store(std::move(product));
  }
  ProductListRequest request{.order = ProductOrder::kSku, .page_size = 100};
  std::vector<std::string> seen;
  int pages = 0;
  do {
    const auto page = List(request);
    ASSERT_THAT(page, IsOk());
    std::size_t bytes = 0;
    for (const Product& product : page->products) bytes += BytesAtMost(product);
    EXPECT_LE(bytes, api::kMaxPageBytes);
    for (const std::string& sku : Skus(page->products)) seen.push_back(sku);
    request.page_token = page->next_page_token;
    ASSERT_LT(++pages, 10);
  } while (!request.page_token.empty());
  EXPECT_THAT(seen, SizeIs(60));
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(pages, 3);
}

TEST_F(ProductsTest, ListsNothingOfNothing) {
  const auto page = List({.show_total_size = true});
  ASSERT_THAT(page, IsOk());
  EXPECT_THAT(page->products, IsEmpty());
  EXPECT_THAT(page->next_page_token, IsEmpty());
  EXPECT_EQ(page->total_size, 0);
}

}  // namespace
}  // namespace ordermesh::catalog
