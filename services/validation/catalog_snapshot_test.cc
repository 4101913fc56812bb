#include "services/validation/catalog_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {
namespace {

using Snapshot = std::shared_ptr<const CatalogSnapshot>;

CatalogRead Read(std::vector<domain::CatalogProduct> products, std::vector<StoredCustomer> customers = {},
                 bool whole = false) {
  return {.products = std::move(products), .customers = std::move(customers), .whole = whole};
}
Snapshot ASnapshot() {
  return CatalogSnapshot::Make(Read({AProduct(1), AProduct(2)}, {ACustomer(1), {"OLD", "o@example.com", false}}, true));
}

TEST(CatalogSnapshotTest, FindsWhatWasRead) {
  const Snapshot snapshot = ASnapshot();
  ASSERT_NE(snapshot->FindProduct("SKU-1"), nullptr);
  EXPECT_EQ(snapshot->FindProduct("SKU-1")->name, "Product 1");
  EXPECT_EQ(snapshot->FindProduct("SKU-3"), nullptr);
  ASSERT_NE(snapshot->FindCustomer("CUST-1"), nullptr);
  EXPECT_EQ(snapshot->FindCustomer("CUST-1")->email, "customer1@example.com");
  EXPECT_EQ(snapshot->FindCustomer("CUST-2"), nullptr);
  EXPECT_EQ(snapshot->FindCustomer("OLD"), nullptr) << "is not active";
  EXPECT_EQ(snapshot->products(), 2u);
  EXPECT_EQ(snapshot->customers(), 1u);
}

TEST(CatalogSnapshotTest, ChangesMakeANewOneAndLeaveTheOldAlone) {
  const Snapshot before = ASnapshot();
  const domain::CatalogProduct* product = before->FindProduct("SKU-1");
  const Snapshot after = CatalogSnapshot::Next(before, Read({AProduct(1, 5), AProduct(3)}, {ACustomer(2)}));
  EXPECT_EQ(after->FindProduct("SKU-1")->price.minor, 5);
  EXPECT_NE(after->FindProduct("SKU-3"), nullptr);
  EXPECT_NE(after->FindCustomer("CUST-2"), nullptr);
  EXPECT_EQ(before->FindProduct("SKU-1"), product);
  EXPECT_EQ(product->price.minor, 1999);
  EXPECT_EQ(before->FindProduct("SKU-3"), nullptr);
  EXPECT_EQ(before->FindProduct("SKU-2"), after->FindProduct("SKU-2")) << "what didn't change is shared";
}

TEST(CatalogSnapshotTest, WhatIsKnownMakesNoNewOne) {
  const Snapshot before = ASnapshot();
  EXPECT_EQ(CatalogSnapshot::Next(before, Read({})), before);
  EXPECT_EQ(CatalogSnapshot::Next(before, Read({AProduct(1)}, {ACustomer(1), {"OLD", "x@example.com", false}})),
            before);
  EXPECT_NE(CatalogSnapshot::Next(before, Read({AProduct(1, 5)})), before);
  EXPECT_NE(CatalogSnapshot::Next(before, Read({}, {{"CUST-1", "new@example.com", true}})), before);
  EXPECT_NE(CatalogSnapshot::Next(before, Read({}, {{"CUST-1", "customer1@example.com", false}})), before);
}

TEST(CatalogSnapshotTest, ACustomerComesAndGoes) {
  const Snapshot gone = CatalogSnapshot::Next(ASnapshot(), Read({}, {{"CUST-1", "customer1@example.com", false}}));
  EXPECT_EQ(gone->FindCustomer("CUST-1"), nullptr);
  EXPECT_EQ(gone->customers(), 0u);
  EXPECT_NE(CatalogSnapshot::Next(gone, Read({}, {ACustomer(1)}))->FindCustomer("CUST-1"), nullptr);
}

TEST(CatalogSnapshotTest, ANewSkuReplacesTheOld) {
  domain::CatalogProduct renamed = AProduct(1);
  renamed.sku = "NEW";
  const Snapshot after = CatalogSnapshot::Next(ASnapshot(), Read({renamed}));
  EXPECT_EQ(after->FindProduct("SKU-1"), nullptr);
  EXPECT_NE(after->FindProduct("NEW"), nullptr);
  EXPECT_EQ(after->products(), 2u);
}

TEST(CatalogSnapshotTest, TwoProductsMaySwapTheirSkus) {
  domain::CatalogProduct one = AProduct(1), two = AProduct(2);
  std::swap(one.sku, two.sku);
  const Snapshot after = CatalogSnapshot::Next(ASnapshot(), Read({one, two}));
  EXPECT_EQ(after->FindProduct("SKU-1")->id, AProduct(2).id);
  EXPECT_EQ(after->FindProduct("SKU-2")->id, AProduct(1).id);
  EXPECT_EQ(after->products(), 2u);
}

TEST(CatalogSnapshotTest, ASkuMayPassToAnotherProduct) {
  domain::CatalogProduct old = AProduct(1), heir = AProduct(3);
  old.sku = "RETIRED";
  heir.sku = "SKU-1";
  const Snapshot after = CatalogSnapshot::Next(ASnapshot(), Read({heir, old}));
  EXPECT_EQ(after->FindProduct("SKU-1")->id, AProduct(3).id);
  EXPECT_EQ(after->FindProduct("RETIRED")->id, AProduct(1).id);
}

TEST(CatalogSnapshotTest, TheWholeForgetsWhatIsNoMore) {
  const Snapshot after = CatalogSnapshot::Next(ASnapshot(), Read({AProduct(2)}, {}, /*whole=*/true));
  EXPECT_EQ(after->FindProduct("SKU-1"), nullptr);
  EXPECT_NE(after->FindProduct("SKU-2"), nullptr);
  EXPECT_EQ(after->FindCustomer("CUST-1"), nullptr);
}

}  // namespace
}  // namespace ordermesh::validation
