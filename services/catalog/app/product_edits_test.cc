#include "services/catalog/app/product_edits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/domain/etag.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/testing/products.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::Field;

constexpr std::int64_t kVersion = 7;
const absl::Time kThen = absl::FromUnixSeconds(1'700'000'000);

class ProductEditsTest : public ::testing::Test {
 protected:
  ProductEditsTest() { deleted_.deleted_at = kThen; }

  static std::string Etag(std::int64_t version) { return domain::MakeEtag(ProductNumber(1), version); }
  // The reason of the refusal, which has left the product as it was.
  static std::string ReasonOf(const ProductEdit& edit, const Product& product) {
    Product edited = product;
    const absl::Status refused = edit(edited);
    EXPECT_FALSE(refused.ok());
    EXPECT_EQ(edited, product);
    return domain::RefusalOf(refused).reason;
  }
  static Product After(const ProductEdit& edit, Product product) {
    EXPECT_THAT(edit(product), IsOk());
    return product;
  }

  Product product_{.id = ProductNumber(1),
                   .content = AProduct(1),
                   .version = kVersion,
                   .created_at = kThen,
                   .updated_at = kThen,
                   .deleted_at = std::nullopt};
  Product deleted_ = product_;
};

TEST_F(ProductEditsTest, SetsTheFieldsAndNothingElse) {
  Product expected = product_;
  expected.content.name = "Stool";
  EXPECT_EQ(After(SetProductFields({.name = "Stool"}, "", ""), product_), expected);
  EXPECT_EQ(After(SetProductFields({.name = "Stool"}, "SKU-1", Etag(kVersion)), product_), expected);
  EXPECT_EQ(After(SetProductFields({}, "", Etag(kVersion)), product_), product_);
}

TEST_F(ProductEditsTest, AnEtagHasToBeTheCurrentOne) {
  for (const ProductEdit& edit :
       {SetProductFields({.name = "Stool"}, "", Etag(kVersion - 1)),
        SetProductFields({.name = product_.content.name}, "", Etag(kVersion - 1)),
        SetProductFields({}, "", domain::MakeEtag(ProductNumber(2), kVersion)), DeleteProduct(Etag(kVersion + 1))}) {
    EXPECT_EQ(ReasonOf(edit, product_), reasons::kEtagStale);
  }
  EXPECT_EQ(ReasonOf(UndeleteProduct(Etag(kVersion - 1)), deleted_), reasons::kEtagStale);
  EXPECT_EQ(ReasonOf(DeleteProduct("rubbish"), product_), reasons::kEtagMalformed);
}

TEST_F(ProductEditsTest, ADeletedProductIsNotChanged) {
  EXPECT_EQ(ReasonOf(SetProductFields({.name = "Stool"}, "", Etag(1)), deleted_), reasons::kProductDeleted);
  EXPECT_EQ(ReasonOf(SetProductFields({}, "", ""), deleted_), reasons::kProductDeleted);
}

TEST_F(ProductEditsTest, TheSkuStays) {
  Product edited = product_;
  const domain::Refusal refusal = domain::RefusalOf(SetProductFields({}, "SKU-2", "")(edited));
  EXPECT_EQ(refusal.reason, reasons::kProductInvalid);
  EXPECT_THAT(refusal.violations, ElementsAre(Broken(CatalogRule::kSkuImmutable, "sku")));
}

TEST_F(ProductEditsTest, WhatIsOlderThanTheRulesHasToBeMended) {
  product_.content.brand = std::string(101, 'b');
  Product edited = product_;
  const domain::Refusal refusal = domain::RefusalOf(SetProductFields({.name = "Stool"}, "", "")(edited));
  EXPECT_EQ(refusal.reason, reasons::kProductInvalid);
  EXPECT_THAT(refusal.violations, ElementsAre(Field(&domain::Violation::field, "brand")));
  EXPECT_THAT(SetProductFields({.name = "Stool", .brand = "Maro"}, "", "")(edited), IsOk());
}

TEST_F(ProductEditsTest, DeletesAndUndeletes) {
  EXPECT_TRUE(After(DeleteProduct(""), product_).deleted_at.has_value());
  EXPECT_TRUE(After(DeleteProduct(Etag(kVersion)), product_).deleted_at.has_value());
  EXPECT_EQ(After(UndeleteProduct(""), deleted_), product_);
  EXPECT_EQ(After(UndeleteProduct(Etag(kVersion)), deleted_), product_);
}

TEST_F(ProductEditsTest, WhatIsSoAlreadyStaysWhateverTheEtag) {
  EXPECT_EQ(After(DeleteProduct(Etag(1)), deleted_), deleted_);
  EXPECT_EQ(After(UndeleteProduct(Etag(1)), product_), product_);
}

}  // namespace
}  // namespace ordermesh::catalog
