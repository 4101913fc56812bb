#include "services/validation/app/catalog_snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {
namespace {

using Snapshot = std::shared_ptr<const CatalogSnapshot>;

Snapshot Finish(CatalogBuilder builder, const Snapshot& before, std::vector<domain::CatalogProduct> products,
                std::vector<StoredCustomer> customers) {
  for (domain::CatalogProduct& product : products) builder.Put(CatalogBuilder::Share(std::move(product), before.get()));
  for (StoredCustomer& customer : customers) {
    if (customer.active) {
      builder.Put(CatalogBuilder::Share(std::move(customer), before.get()));
    } else {
      builder.ForgetCustomer(customer.id);
    }
  }
  return std::move(builder).Finish(before);
}
// `before` with changes, in turn.
Snapshot Next(const Snapshot& before, std::vector<domain::CatalogProduct> products,
              std::vector<StoredCustomer> customers = {}) {
  return Finish(CatalogBuilder::From(before), before, std::move(products), std::move(customers));
}
// The whole.
Snapshot Whole(const Snapshot& before, std::vector<domain::CatalogProduct> products,
               std::vector<StoredCustomer> customers = {}) {
  return Finish(CatalogBuilder::Anew(), before, std::move(products), std::move(customers));
}
Snapshot ASnapshot() {
  return Whole(nullptr, {AProduct(1), AProduct(2)}, {ACustomer(1), {"OLD", "o@example.com", false}});
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
  const Snapshot after = Next(before, {AProduct(1, 5), AProduct(3)}, {ACustomer(2)});
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
  EXPECT_EQ(Next(before, {}), before);
  EXPECT_EQ(Next(before, {AProduct(1)}, {ACustomer(1), {"OLD", "x@example.com", false}}), before);
  EXPECT_NE(Next(before, {AProduct(1, 5)}), before);
  EXPECT_NE(Next(before, {}, {{"CUST-1", "new@example.com", true}}), before);
  EXPECT_NE(Next(before, {}, {{"CUST-1", "customer1@example.com", false}}), before);
}

TEST(CatalogSnapshotTest, ACustomerComesAndGoes) {
  const Snapshot gone = Next(ASnapshot(), {}, {{"CUST-1", "customer1@example.com", false}});
  EXPECT_EQ(gone->FindCustomer("CUST-1"), nullptr);
  EXPECT_EQ(gone->customers(), 0u);
  EXPECT_NE(Next(gone, {}, {ACustomer(1)})->FindCustomer("CUST-1"), nullptr);
}

TEST(CatalogSnapshotTest, ANewSkuReplacesTheOld) {
  domain::CatalogProduct renamed = AProduct(1);
  renamed.sku = "NEW";
  const Snapshot after = Next(ASnapshot(), {renamed});
  EXPECT_EQ(after->FindProduct("SKU-1"), nullptr);
  EXPECT_NE(after->FindProduct("NEW"), nullptr);
  EXPECT_EQ(after->products(), 2u);
}

TEST(CatalogSnapshotTest, TwoProductsMaySwapTheirSkus) {
  domain::CatalogProduct one = AProduct(1), two = AProduct(2);
  std::swap(one.sku, two.sku);
  const Snapshot after = Next(ASnapshot(), {one, two});
  EXPECT_EQ(after->FindProduct("SKU-1")->id, AProduct(2).id);
  EXPECT_EQ(after->FindProduct("SKU-2")->id, AProduct(1).id);
  EXPECT_EQ(after->products(), 2u);
}

TEST(CatalogSnapshotTest, SkusMayGoRound) {
  domain::CatalogProduct one = AProduct(1), two = AProduct(2), three = AProduct(3);
  const Snapshot before = Whole(nullptr, {one, two, three});
  std::swap(one.sku, two.sku);
  std::swap(two.sku, three.sku);
  for (const std::vector<domain::CatalogProduct>& order :
       {std::vector{one, two, three}, std::vector{three, two, one}, std::vector{two, one, three}}) {
    const Snapshot after = Next(before, order);
    for (const domain::CatalogProduct& product : order) EXPECT_EQ(after->FindProduct(product.sku)->id, product.id);
    EXPECT_EQ(after->products(), 3u);
  }
}

TEST(CatalogSnapshotTest, ASkuMayPassToAnotherProduct) {
  domain::CatalogProduct old = AProduct(1), heir = AProduct(3);
  old.sku = "RETIRED";
  heir.sku = "SKU-1";
  const Snapshot after = Next(ASnapshot(), {heir, old});
  EXPECT_EQ(after->FindProduct("SKU-1")->id, AProduct(3).id);
  EXPECT_EQ(after->FindProduct("RETIRED")->id, AProduct(1).id);
}

TEST(CatalogSnapshotTest, TheWholeForgetsWhatIsNoMore) {
  const Snapshot after = Whole(ASnapshot(), {AProduct(2)});
  EXPECT_EQ(after->FindProduct("SKU-1"), nullptr);
  EXPECT_NE(after->FindProduct("SKU-2"), nullptr);
  EXPECT_EQ(after->FindCustomer("CUST-1"), nullptr);
}

}  // namespace
}  // namespace ordermesh::validation
