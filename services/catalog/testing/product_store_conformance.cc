#include "services/catalog/testing/product_store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <stop_token>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProductStoreConformance);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ProductListConformance);

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Product ProductStoreConformance::Store(std::uint32_t n, ProductContent content) {
  absl::StatusOr<Product> product = Create(AProductCreation(n, std::move(content)));
  EXPECT_THAT(product, IsOk());
  return product.ok() ? *std::move(product) : Product();
}

std::vector<int> ProductStoreConformance::List(ProductQuery query, int page_size) {
  query.limit = page_size;
  std::vector<int> numbers;
  for (;;) {
    const auto page = aio::RunSync(lane_, [&] { return world_->store().List({lane_}, query); });
    EXPECT_THAT(page, IsOk());
    if (!page.ok()) return numbers;
    for (const ListedProduct& row : *page) {
      absl::string_view sku = row.product.content.sku;
      int number = -1;
      EXPECT_TRUE((absl::ConsumePrefix(&sku, "SKU-") || absl::ConsumePrefix(&sku, "sku-")) &&
                  absl::SimpleAtoi(sku, &number));
      numbers.push_back(number);
    }
    if (static_cast<int>(page->size()) < page_size) return numbers;
    query.after = page->back().keys;
    query.skip = 0;
  }
}

void ProductListConformance::SetUp() {
  ProductStoreConformance::SetUp();
  const auto put = [this](std::uint32_t n, const char* name, domain::Money price) -> ProductContent& {
    contents_.push_back(AProduct(n));
    contents_.back().name = name;
    contents_.back().price = std::move(price);
    return contents_.back();
  };
  put(1, "delta", {300, "EUR"}).category = "Garden";
  put(2, "Bravo", {500, "USD"}).brand = "Maro";
  put(3, "alpha", {300, "EUR"}).active = false;
  put(4, "Charlie", {100, "EUR"}).sku = "sku-4";
  put(5, "bravo", {900, "CHF"}).category = "Garden";
  put(6, "alpha_", {400, "EUR"});
  put(7, "Alphabet", {200, "EUR"}).description = "the last";
  std::uint32_t n = 0;
  for (const ProductContent& content : contents_) stored_.push_back(Store(++n, content));
}

std::int64_t ProductStoreConformance::Count(const ProductFilter& filter, std::int64_t at_most) {
  const auto count = aio::RunSync(lane_, [&] { return world_->store().Count({lane_}, filter, at_most); });
  EXPECT_THAT(count, IsOk());
  return count.value_or(-1);
}

std::vector<std::string> ProductStoreConformance::Told() {
  std::vector<std::string> told;
  for (const OutboxEvent& event : world_->Events()) told.push_back(event.payload);
  return told;
}

namespace {

std::string ReasonOf(const absl::Status& status) { return domain::RefusalOf(status).reason; }

ProductEdit Rename(std::string name) {
  return [name = std::move(name)](Product& product) {
    product.content.name = name;
    return absl::OkStatus();
  };
}
absl::Status Delete(Product& product) {
  product.deleted_at = absl::UnixEpoch();
  return absl::OkStatus();
}
absl::Status Undelete(Product& product) {
  product.deleted_at.reset();
  return absl::OkStatus();
}
absl::Status Keep(Product&) { return absl::OkStatus(); }

}  // namespace

TEST_P(ProductStoreConformance, StoresAProductAndItsEvent) {
  const ProductCreation creation = AProductCreation(1);
  const auto product = Create(creation);
  ASSERT_THAT(product, IsOk());
  EXPECT_EQ(product->id, creation.id);
  EXPECT_EQ(product->content, creation.content);
  EXPECT_EQ(product->version, 1);
  EXPECT_GT(product->created_at, absl::UnixEpoch());
  EXPECT_EQ(product->updated_at, product->created_at);
  EXPECT_EQ(product->deleted_at, std::nullopt);
  EXPECT_THAT(Get(creation.id), IsOkAndHolds(*product));
  EXPECT_THAT(Get(creation.content.sku), IsOkAndHolds(*product));

  const std::vector<OutboxEvent> events = world_->Events();
  ASSERT_THAT(events, SizeIs(1));
  const OutboxEvent expected = ProductTextEvents().OfProduct(*product, kProductTraceparent);
  EXPECT_EQ(events[0].type, expected.type);
  EXPECT_EQ(events[0].aggregate, expected.aggregate);
  EXPECT_EQ(events[0].payload, expected.payload);
  EXPECT_EQ(events[0].headers, expected.headers);
}

TEST_P(ProductStoreConformance, TextsComeBackAsTheyWere) {
  ProductContent content = AProduct(1);
  content.name = "\"Ünïcode\" \U0001F9E6";
  content.description = "a\tb\r\nc";
  content.attributes = {{"k\"\\", "v\n\""}, {"ü", ""}, {"z", "\U0001F9E6"}};
  EXPECT_EQ(Store(1, content).content, content);
  EXPECT_EQ(Get(ProductNumber(1))->content, content);
  EXPECT_THAT(Told(), ElementsAre(ProductTextEvents::TextOf(*Get(ProductNumber(1)))));
}

TEST_P(ProductStoreConformance, ARepeatGivesTheProductAsItIsNow) {
  Store(1);
  const auto renamed = Change(ProductNumber(1), Rename("Stool"));
  ASSERT_THAT(renamed, IsOk());
  ProductCreation again = AProductCreation(1);
  again.id = ProductNumber(2);  // a new attempt of the client's
  EXPECT_THAT(Create(again), IsOkAndHolds(*renamed));
  EXPECT_THAT(Told(), SizeIs(2));
}

TEST_P(ProductStoreConformance, ARequestIdWithAnotherPayloadIsRefused) {
  Store(1);
  ProductCreation other = AProductCreation(2);
  other.request.request_id = "request-1";
  const auto refused = Create(other);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(ReasonOf(refused.status()), reasons::kIdempotencyKeyReused);
  other.request.caller = "somebody-else";  // whose ids are its own
  EXPECT_THAT(Create(other), IsOk());
}

TEST_P(ProductStoreConformance, ASkuIsTakenForEver) {
  Store(1);
  ProductCreation other = AProductCreation(2, AProduct(1));
  const auto refused = Create(other);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(ReasonOf(refused.status()), reasons::kSkuTaken);
  EXPECT_EQ(domain::RefusalOf(refused.status()).resource_name, "SKU-1");
  ASSERT_THAT(Change(ProductNumber(1), Delete), IsOk());
  EXPECT_EQ(ReasonOf(Create(other).status()), reasons::kSkuTaken);
  EXPECT_THAT(Told(), SizeIs(2));
  other.content.sku = "SKU-2";  // a refused request has left nothing
  EXPECT_THAT(Create(other), IsOk());
}

TEST_P(ProductStoreConformance, AChangeIsStoredWithItsEvent) {
  const Product before = Store(1);
  const auto after = Change(before.content.sku, [](Product& product) {
    product.content = {.sku = product.content.sku,
                       .name = "Stool",
                       .description = "",
                       .category = "Garden",
                       .brand = "",
                       .price = {7, "JPY"},
                       .active = false,
                       .attributes = {{"legs", "3"}}};
    return absl::OkStatus();
  });
  ASSERT_THAT(after, IsOk());
  EXPECT_EQ(after->id, before.id);
  EXPECT_EQ(after->version, 2);
  EXPECT_EQ(after->content.name, "Stool");
  EXPECT_EQ(after->created_at, before.created_at);
  EXPECT_GE(after->updated_at, before.updated_at);
  EXPECT_THAT(Get(before.id), IsOkAndHolds(*after));
  EXPECT_THAT(Told(), ElementsAre(ProductTextEvents::TextOf(before), ProductTextEvents::TextOf(*after)));
  EXPECT_EQ(world_->Events()[1].aggregate, before.id.ToString());
}

TEST_P(ProductStoreConformance, WhatChangesNothingIsNotWritten) {
  const Product product = Store(1);
  EXPECT_THAT(Change(product.id, Keep), IsOkAndHolds(product));
  EXPECT_THAT(Change(product.id, Rename(product.content.name)), IsOkAndHolds(product));
  EXPECT_THAT(Change(product.id, Undelete), IsOkAndHolds(product));
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_P(ProductStoreConformance, ARefusedEditChangesNothing) {
  const Product product = Store(1);
  const auto refused = Change(product.id, [](Product& edited) {
    edited.content.name = "never seen";
    return domain::ToStatus({.code = absl::StatusCode::kAborted, .message = "told to", .reason = reasons::kEtagStale});
  });
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(ReasonOf(refused.status()), reasons::kEtagStale);
  EXPECT_THAT(Get(product.id), IsOkAndHolds(product));
  EXPECT_THAT(Told(), SizeIs(1));
}

TEST_P(ProductStoreConformance, ADeletedProductStaysAndComesBack) {
  const Product product = Store(1);
  const auto deleted = Change(product.id, Delete);
  ASSERT_THAT(deleted, IsOk());
  ASSERT_TRUE(deleted->deleted_at.has_value());
  EXPECT_GE(*deleted->deleted_at, product.created_at);  // the database's time, not the edit's
  EXPECT_EQ(deleted->version, 2);
  EXPECT_EQ(deleted->content, product.content);
  EXPECT_THAT(Change(product.id, Delete), IsOkAndHolds(*deleted));
  EXPECT_THAT(Get(product.content.sku), IsOkAndHolds(*deleted));
  const auto back = Change(product.id, Undelete);
  ASSERT_THAT(back, IsOk());
  EXPECT_EQ(back->deleted_at, std::nullopt);
  EXPECT_EQ(back->version, 3);
  EXPECT_EQ(back->content, product.content);
  EXPECT_THAT(Told(), ElementsAre(ProductTextEvents::TextOf(product), ProductTextEvents::TextOf(*deleted),
                                  ProductTextEvents::TextOf(*back)));
}

TEST_P(ProductStoreConformance, WhatDoesNotExistIsNotFound) {
  for (const ProductKey& key : {ProductKey(ProductNumber(1)), ProductKey("SKU-1")}) {
    for (const auto& refused : {Get(key), Change(key, Keep)}) {
      EXPECT_THAT(refused, StatusIs(absl::StatusCode::kNotFound));
      EXPECT_EQ(ReasonOf(refused.status()), reasons::kProductNotFound);
    }
  }
}

TEST_P(ProductStoreConformance, FindsEachKeyItsProduct) {
  const Product one = Store(1), two = Store(2);
  ASSERT_THAT(Change(one.id, Delete), IsOk());
  const std::vector<ProductKey> keys = {"SKU-2", ProductNumber(9), two.id, one.id, "SKU-9", "sku-2"};
  const auto found = aio::RunSync(lane_, [&] { return world_->store().Find({lane_}, keys); });
  ASSERT_THAT(found, IsOk());
  EXPECT_THAT(*found, ElementsAre(two, std::nullopt, two, *Get(one.id), std::nullopt, std::nullopt));
}

TEST_P(ProductListConformance, EveryOrderInBothDirectionsPageByPage) {
  const std::vector<std::pair<ProductOrder, std::vector<int>>> orders = {
      {ProductOrder::kName, {3, 6, 7, 2, 5, 4, 1}},
      {ProductOrder::kSku, {1, 2, 3, 4, 5, 6, 7}},
      {ProductOrder::kPrice, {5, 4, 7, 1, 3, 6, 2}},
      {ProductOrder::kUpdateTime, {1, 2, 3, 4, 5, 6, 7}},
  };
  for (const auto& [order, ascending] : orders) {
    for (const int page_size : {1, 2, 3, 7, 100}) {
      std::vector<int> expected = ascending;
      EXPECT_EQ(List({.order = order}, page_size), expected) << static_cast<int>(order) << " by " << page_size;
      std::reverse(expected.begin(), expected.end());
      EXPECT_EQ(List({.order = order, .descending = true}, page_size), expected)
          << static_cast<int>(order) << " descending by " << page_size;
      EXPECT_EQ(List({.order = order, .descending = true, .skip = 5}, page_size),
                (std::vector<int>(expected.begin() + 5, expected.end())));
    }
  }
  EXPECT_THAT(List({.skip = 7}), IsEmpty());
}

TEST_P(ProductListConformance, EveryFilter) {
  ASSERT_THAT(Change(stored_[5].id, Delete), IsOk());
  ASSERT_THAT(Change(stored_[0].id, Rename("Delta")), IsOk());
  const auto changed = Get(stored_[0].id);
  const std::vector<std::pair<ProductFilter, std::vector<int>>> filters = {
      {{}, {1, 2, 3, 4, 5, 7}},
      {{.show_deleted = true}, {1, 2, 3, 4, 5, 6, 7}},
      {{.category = "Garden"}, {1, 5}},
      {{.category = "garden"}, {}},
      {{.brand = "Maro"}, {2}},
      {{.active = true}, {1, 2, 4, 5, 7}},
      {{.active = false}, {3}},
      {{.currency = "EUR", .price_from = 200}, {1, 3, 7}},
      {{.currency = "EUR", .price_before = 300}, {4, 7}},
      {{.currency = "EUR", .price_from = 200, .price_before = 300}, {7}},
      {{.currency = "USD", .price_from = 0}, {2}},
      {{.prefix = "ALPHA"}, {3, 7}},
      {{.prefix = "alpha_", .show_deleted = true}, {6}},
      {{.prefix = "Sku-"}, {1, 2, 3, 4, 5, 7}},
      {{.prefix = "%"}, {}},
      {{.prefix = "sku-4"}, {4}},
      {{.updated_from = changed->updated_at}, {1}},
      {{.updated_from = stored_[6].updated_at}, {1, 7}},
      {{.category = "Garden", .brand = "Norwick", .active = true, .currency = "CHF", .prefix = "b"}, {5}},
  };
  int index = 0;
  for (const auto& [filter, expected] : filters) {
    for (const int page_size : {1, 100}) {
      EXPECT_EQ(List({.filter = filter, .order = ProductOrder::kSku}, page_size), expected) << "filter " << index;
    }
    std::vector<int> by_name = List({.filter = filter, .descending = true}, 2);
    std::sort(by_name.begin(), by_name.end());
    EXPECT_EQ(by_name, expected) << "filter " << index;
    EXPECT_EQ(Count(filter), static_cast<std::int64_t>(expected.size())) << "filter " << index;
    ++index;
  }
  EXPECT_EQ(Count({}, 4), 4);
}

TEST_P(ProductStoreConformance, WhatNobodyWaitsForAnyMoreIsNotBegun) {
  const aio::Waiter late{lane_, base::Deadline::In(-absl::Seconds(1), lane_.timer())};
  std::stop_source left;
  left.request_stop();
  const aio::Waiter gone{lane_, base::Deadline::Never(), left.get_token()};
  ProductStore& store = world_->store();
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Create(late, AProductCreation(1)); }),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.Create(gone, AProductCreation(1)); }),
              StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return store.List(gone, {}); }), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(Get(ProductNumber(1)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Told(), IsEmpty());
}

}  // namespace ordermesh::catalog
