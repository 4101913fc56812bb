#include "services/validation/testing/catalog_store_conformance.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "libs/testing/status_matchers.h"
#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CatalogStoreConformance);

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

CatalogPage CatalogStoreConformance::ReadAll() {
  const absl::StatusOr<CatalogPosition> position = world_->store().Position();
  EXPECT_THAT(position, IsOk());
  position_ = position.value_or(CatalogPosition());
  CatalogPage all;
  for (domain::ProductId after;;) {
    absl::StatusOr<std::vector<domain::CatalogProduct>> page = world_->store().ReadProducts(after);
    EXPECT_THAT(page, IsOk());
    if (!page.ok() || page->empty()) break;
    EXPECT_LE(page->size(), CatalogWorld::kPage);
    all.products.insert(all.products.end(), page->begin(), page->end());
    after = page->back().id;
  }
  for (std::string after;;) {
    absl::StatusOr<std::vector<StoredCustomer>> page = world_->store().ReadCustomers(after);
    EXPECT_THAT(page, IsOk());
    if (!page.ok() || page->empty()) break;
    EXPECT_LE(page->size(), CatalogWorld::kPage);
    all.customers.insert(all.customers.end(), page->begin(), page->end());
    after = page->back().id;
  }
  return all;
}

CatalogPage CatalogStoreConformance::ReadChanges() {
  CatalogPage all;
  pages_ = 0;
  const absl::StatusOr<CatalogPosition> next = world_->store().ReadChanges(position_, [&](CatalogPage page) {
    EXPECT_LE(page.products.size(), CatalogWorld::kPage);
    EXPECT_LE(page.customers.size(), CatalogWorld::kPage);
    all.products.insert(all.products.end(), page.products.begin(), page.products.end());
    all.customers.insert(all.customers.end(), page.customers.begin(), page.customers.end());
    ++pages_;
  });
  EXPECT_THAT(next, IsOk());
  if (!next.ok()) return {};
  EXPECT_GE(next->end, position_.end);
  position_ = *next;
  return all;
}

std::vector<std::string> CatalogStoreConformance::Skus(const CatalogPage& read) {
  std::vector<std::string> skus;
  for (const auto& product : read.products) skus.push_back(product.sku);
  std::sort(skus.begin(), skus.end());
  return skus;
}

std::vector<std::string> CatalogStoreConformance::Customers(const CatalogPage& read) {
  std::vector<std::string> ids;
  for (const auto& customer : read.customers) ids.push_back(customer.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST_P(CatalogStoreConformance, AnEmptyCatalogueHasNothing) {
  const CatalogPage read = ReadAll();
  EXPECT_THAT(read.products, IsEmpty());
  EXPECT_THAT(read.customers, IsEmpty());
}

TEST_P(CatalogStoreConformance, ReadsProductsAsTheyAre) {
  domain::CatalogProduct sent = AProduct(1, 4999);
  sent.name = "St\u00fchlchen \"No. 1\"";
  sent.price.currency = "JPY";
  sent.active = false;
  world_->Put(sent);
  const CatalogPage read = ReadAll();
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
  const CatalogPage read = ReadAll();
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
  const CatalogPage read = ReadAll();
  EXPECT_THAT(read.products, SizeIs(3 * CatalogWorld::kPage));
  EXPECT_THAT(read.customers, SizeIs(2 * CatalogWorld::kPage + 1));
}

TEST_P(CatalogStoreConformance, WhatDidNotChangeIsNotReadAgain) {
  world_->Put(AProduct(1));
  world_->Put(ACustomer(1));
  ReadAll();
  world_->Put(AProduct(2));
  EXPECT_THAT(Skus(ReadChanges()), ElementsAre("SKU-2"));
  const CatalogPage read = ReadChanges();
  EXPECT_THAT(read.products, IsEmpty());
  EXPECT_THAT(read.customers, IsEmpty());
}

TEST_P(CatalogStoreConformance, NewAndChangedRowsAreChanges) {
  world_->Put(AProduct(1));
  world_->Put(ACustomer(1));
  ReadAll();
  world_->Put(AProduct(2));
  world_->Put(AProduct(1, 555));
  world_->Put(StoredCustomer{"CUST-1", "new@example.com", true});
  const CatalogPage read = ReadChanges();
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
  const CatalogPage read = ReadChanges();
  ASSERT_THAT(Skus(read), ElementsAre("SKU-1"));
  EXPECT_FALSE(read.products[0].active);
}

TEST_P(CatalogStoreConformance, ANewSkuIsAChangeOfTheSameProduct) {
  world_->Put(AProduct(1));
  ReadAll();
  domain::CatalogProduct renamed = AProduct(1);
  renamed.sku = "NEW-1";
  world_->Put(renamed);
  const CatalogPage read = ReadChanges();
  ASSERT_THAT(Skus(read), ElementsAre("NEW-1"));
  EXPECT_EQ(read.products[0].id, AProduct(1).id);
}

TEST_P(CatalogStoreConformance, AChangeThatCommitsLateIsNotMissed) {
  world_->Put(AProduct(1));
  ReadAll();
  auto late = world_->Begin();
  late->Put(AProduct(1, 7));
  world_->Put(AProduct(2));  // younger, but first to commit
  EXPECT_THAT(Skus(ReadChanges()), ElementsAre("SKU-2"));
  EXPECT_THAT(Skus(ReadChanges()), IsEmpty());  // once, though the other one is open
  late->Commit();
  const CatalogPage read = ReadChanges();
  ASSERT_THAT(Skus(read), ElementsAre("SKU-1"));
  EXPECT_EQ(read.products[0].price.minor, 7);
}

TEST_P(CatalogStoreConformance, AChangeThatWasOpenDuringTheFirstReadingIsNotMissed) {
  auto late = world_->Begin();
  late->Put(AProduct(1));
  late->Put(ACustomer(1));
  world_->Put(AProduct(2));
  EXPECT_THAT(Skus(ReadAll()), ElementsAre("SKU-2"));
  late->Commit();
  const CatalogPage read = ReadChanges();
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

// The work of a reading is that of what is new, however much others hold back, and however long.
TEST_P(CatalogStoreConformance, ALongTransactionMakesNothingBeReadAgain) {
  world_->Put(AProduct(1));
  ReadAll();
  auto slow = world_->Begin();
  for (std::uint32_t n = 100; n < 120; ++n) slow->Put(AProduct(n));
  for (std::uint32_t n = 2; n < 42; ++n) {
    world_->Put(AProduct(n));
    EXPECT_THAT(Skus(ReadChanges()), SizeIs(1)) << n;
  }
  slow->Commit();
  EXPECT_THAT(Skus(ReadChanges()), SizeIs(20));
  EXPECT_THAT(Skus(ReadChanges()), IsEmpty());
}

TEST_P(CatalogStoreConformance, ARowThatChangesAgainIsGivenAsItIs) {
  world_->Put(AProduct(1));
  ReadAll();
  auto late = world_->Begin();
  late->Put(AProduct(1, 7));
  EXPECT_THAT(Skus(ReadChanges()), IsEmpty());
  late->Commit();
  world_->Put(AProduct(1, 8));
  const CatalogPage read = ReadChanges();
  ASSERT_THAT(read.products, SizeIs(1));
  EXPECT_EQ(read.products[0].price.minor, 8);
}

TEST_P(CatalogStoreConformance, ManyChangesOfOneTransactionAreReadInPages) {
  ReadAll();
  auto many = world_->Begin();
  constexpr int kRows = 3 * CatalogWorld::kPage + 1;
  for (std::uint32_t n = 1; n <= kRows; ++n) {
    many->Put(AProduct(n));
    many->Put(ACustomer(n));
  }
  many->Commit();
  const CatalogPage read = ReadChanges();
  EXPECT_THAT(read.products, SizeIs(kRows));
  EXPECT_THAT(read.customers, SizeIs(kRows));
  EXPECT_GE(pages_, 7);
}

TEST_P(CatalogStoreConformance, TransactionIdsThatWentBackMeanAnotherDatabase) {
  world_->Put(AProduct(1));
  ReadAll();
  position_.end += 1'000'000;
  EXPECT_THAT(world_->store().ReadChanges(position_, [](const CatalogPage&) { ADD_FAILURE(); }),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(Skus(ReadAll()), ElementsAre("SKU-1"));
  world_->Put(AProduct(2));
  EXPECT_THAT(Skus(ReadChanges()), ElementsAre("SKU-2"));
}

}  // namespace ordermesh::validation
