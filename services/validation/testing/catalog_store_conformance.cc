#include "services/validation/testing/catalog_store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "libs/base/timer.h"
#include "libs/testing/status_matchers.h"
#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CatalogStoreConformance);

using ordermesh::testing::IsOk;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

CatalogRead CatalogStoreConformance::ReadAll() {
  absl::StatusOr<CatalogRead> read = world_->store().ReadAll();
  EXPECT_THAT(read, IsOk());
  if (!read.ok()) return {};
  EXPECT_TRUE(read->whole);
  next_ = read->next;
  return *std::move(read);
}

CatalogRead CatalogStoreConformance::ReadChanges() {
  absl::StatusOr<CatalogRead> read = world_->store().ReadChanges(next_);
  EXPECT_THAT(read, IsOk());
  if (!read.ok()) return {};
  EXPECT_GE(read->next, next_);
  next_ = read->next;
  return *std::move(read);
}

std::vector<std::string> CatalogStoreConformance::Skus(const CatalogRead& read) {
  std::vector<std::string> skus;
  for (const auto& product : read.products) skus.push_back(product.sku);
  std::sort(skus.begin(), skus.end());
  return skus;
}

std::vector<std::string> CatalogStoreConformance::Customers(const CatalogRead& read) {
  std::vector<std::string> ids;
  for (const auto& customer : read.customers) ids.push_back(customer.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST_P(CatalogStoreConformance, AnEmptyCatalogueIsWhole) {
  const CatalogRead read = ReadAll();
  EXPECT_THAT(read.products, IsEmpty());
  EXPECT_THAT(read.customers, IsEmpty());
}

TEST_P(CatalogStoreConformance, ReadsProductsAsTheyAre) {
  domain::CatalogProduct sent = AProduct(1, 4999);
  sent.name = "St\u00fchlchen \"No. 1\"";
  sent.price.currency = "JPY";
  sent.active = false;
  world_->Put(sent);
  const CatalogRead read = ReadAll();
  ASSERT_THAT(read.products, SizeIs(1));
  EXPECT_EQ(read.products[0].id, sent.id);
  EXPECT_EQ(read.products[0].sku, "SKU-1");
  EXPECT_EQ(read.products[0].name, sent.name);
  EXPECT_EQ(read.products[0].price, (domain::Money{4999, "JPY"}));
  EXPECT_FALSE(read.products[0].active);
}

TEST_P(CatalogStoreConformance, ReadsCustomersAsTheyAre) {
  world_->Put(ACustomer(1));
  world_->Put(StoredCustomer{"CUST-2", "", false});
  const CatalogRead read = ReadAll();
  ASSERT_THAT(Customers(read), ElementsAre("CUST-1", "CUST-2"));
  EXPECT_EQ(read.customers[0].email, "customer1@example.com");
  EXPECT_TRUE(read.customers[0].active);
  EXPECT_EQ(read.customers[1].email, "");
  EXPECT_FALSE(read.customers[1].active);
}

TEST_P(CatalogStoreConformance, PagesLeaveNothingOut) {
  for (std::uint32_t n = 1; n <= 3 * CatalogWorld::kPage; ++n) {
    world_->Put(AProduct(n));
    if (n <= 2 * CatalogWorld::kPage + 1) world_->Put(ACustomer(n));
  }
  const CatalogRead read = ReadAll();
  EXPECT_THAT(read.products, SizeIs(3 * CatalogWorld::kPage));
  EXPECT_THAT(read.customers, SizeIs(2 * CatalogWorld::kPage + 1));
}

TEST_P(CatalogStoreConformance, WhatDidNotChangeIsNotReadForEver) {
  world_->Put(AProduct(1));
  world_->Put(ACustomer(1));
  ReadAll();
  // Others may hold the horizon back for a while; not for long, when nobody writes.
  CatalogRead read = ReadChanges();
  while (!read.products.empty() || !read.customers.empty()) {
    base::SystemTimer().SleepFor(absl::Milliseconds(5), {});
    read = ReadChanges();
  }
  EXPECT_FALSE(read.whole);
}

TEST_P(CatalogStoreConformance, NewAndChangedRowsAreChanges) {
  world_->Put(AProduct(1));
  world_->Put(ACustomer(1));
  ReadAll();
  world_->Put(AProduct(2));
  world_->Put(AProduct(1, 555));
  world_->Put(StoredCustomer{"CUST-1", "new@example.com", true});
  const CatalogRead read = ReadChanges();
  EXPECT_FALSE(read.whole);
  ASSERT_THAT(Skus(read), ElementsAre("SKU-1", "SKU-2"));
  for (const auto& product : read.products) EXPECT_EQ(product.price.minor, product.sku == "SKU-1" ? 555 : 1999);
  ASSERT_THAT(Customers(read), ElementsAre("CUST-1"));
  EXPECT_EQ(read.customers[0].email, "new@example.com");
}

TEST_P(CatalogStoreConformance, DeactivationIsAChange) {
  world_->Put(AProduct(1));
  ReadAll();
  domain::CatalogProduct gone = AProduct(1);
  gone.active = false;
  world_->Put(gone);
  const CatalogRead read = ReadChanges();
  ASSERT_THAT(Skus(read), ElementsAre("SKU-1"));
  EXPECT_FALSE(read.products[0].active);
}

TEST_P(CatalogStoreConformance, ANewSkuIsAChangeOfTheSameProduct) {
  world_->Put(AProduct(1));
  ReadAll();
  domain::CatalogProduct renamed = AProduct(1);
  renamed.sku = "NEW-1";
  world_->Put(renamed);
  const CatalogRead read = ReadChanges();
  ASSERT_THAT(Skus(read), ElementsAre("NEW-1"));
  EXPECT_EQ(read.products[0].id, AProduct(1).id);
}

TEST_P(CatalogStoreConformance, AChangeThatCommitsLateIsNotMissed) {
  world_->Put(AProduct(1));
  ReadAll();
  auto late = world_->Begin();
  late->Put(AProduct(1, 7));
  world_->Put(AProduct(2));  // younger, but first to commit
  EXPECT_THAT(Skus(ReadChanges()), Contains("SKU-2"));
  EXPECT_THAT(Skus(ReadChanges()), Contains("SKU-2"));  // for as long as the other one is open
  late->Commit();
  const CatalogRead read = ReadChanges();
  ASSERT_THAT(Skus(read), Contains("SKU-1"));
  for (const auto& product : read.products) EXPECT_EQ(product.price.minor, product.sku == "SKU-1" ? 7 : 1999);
}

TEST_P(CatalogStoreConformance, AChangeThatWasOpenDuringTheFirstReadingIsNotMissed) {
  auto late = world_->Begin();
  late->Put(AProduct(1));
  late->Put(ACustomer(1));
  world_->Put(AProduct(2));
  EXPECT_THAT(Skus(ReadAll()), ElementsAre("SKU-2"));
  late->Commit();
  const CatalogRead read = ReadChanges();
  EXPECT_THAT(Skus(read), Contains("SKU-1"));
  EXPECT_THAT(Customers(read), Contains("CUST-1"));
}

TEST_P(CatalogStoreConformance, WhatIsRolledBackIsNeverSeen) {
  world_->Put(AProduct(1));
  ReadAll();
  auto never = world_->Begin();
  never->Put(AProduct(1, 7));
  never->Put(AProduct(3));
  EXPECT_THAT(Skus(ReadChanges()), Not(Contains("SKU-3")));
  never->RollBack();
  for (const auto& product : ReadChanges().products) EXPECT_EQ(product.price.minor, 1999);
  EXPECT_THAT(Skus(ReadAll()), ElementsAre("SKU-1"));
}

TEST_P(CatalogStoreConformance, ADeletionIsSeenByReadingEverything) {
  world_->Put(AProduct(1));
  world_->Put(AProduct(2));
  ReadAll();
  world_->DeleteProduct(AProduct(1).id);
  EXPECT_THAT(Skus(ReadChanges()), Not(Contains("SKU-1")));
  EXPECT_THAT(Skus(ReadAll()), ElementsAre("SKU-2"));
}

TEST_P(CatalogStoreConformance, ManyChangesAreReadAsTheWhole) {
  world_->Put(AProduct(1));
  ReadAll();
  for (std::uint32_t n = 2; n <= CatalogWorld::kPage + 2; ++n) world_->Put(AProduct(n));
  const CatalogRead read = ReadChanges();
  EXPECT_TRUE(read.whole);
  EXPECT_THAT(read.products, SizeIs(CatalogWorld::kPage + 2));
}

TEST_P(CatalogStoreConformance, TransactionIdsThatWentBackMeanAnotherDatabase) {
  world_->Put(AProduct(1));
  const CatalogRead first = ReadAll();
  absl::StatusOr<CatalogRead> read = world_->store().ReadChanges(first.next + 1'000'000);
  ASSERT_THAT(read, IsOk());
  EXPECT_TRUE(read->whole);
  EXPECT_LT(read->next, first.next + 1'000'000);
  EXPECT_THAT(Skus(*read), ElementsAre("SKU-1"));
}

}  // namespace ordermesh::validation
