#include "services/validation/app/admit.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/domain/limits.h"
#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {
namespace {

std::string Repeat(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

domain::CatalogProduct Admitted(domain::CatalogProduct product) {
  Admit admit;
  admit.Product(product);
  return product;
}
StoredCustomer Admitted(StoredCustomer customer) {
  Admit admit;
  admit.Customer(customer);
  return customer;
}

TEST(AdmitTest, LeavesWhatIsWithinTheLimitsAlone) {
  domain::CatalogProduct product = AProduct(1);
  product.sku = std::string(domain::kMaxSkuBytes, 's');
  product.name = Repeat("\U0001F9E6", domain::kMaxProductNameCharacters);
  EXPECT_EQ(Admitted(product).name, product.name);
  EXPECT_TRUE(Admitted(product).active);
  StoredCustomer customer = ACustomer(1);
  customer.id = std::string(domain::kMaxCustomerIdBytes, 'c');
  customer.email = absl::StrCat(std::string(domain::kMaxEmailBytes - 12, 'a'), "@example.com");
  EXPECT_EQ(Admitted(customer).email, customer.email);
  EXPECT_TRUE(Admitted(customer).active);
}

TEST(AdmitTest, AProductInAnUnknownCurrencyIsNotForSale) {
  domain::CatalogProduct odd = AProduct(1);
  odd.price.currency = "ZZZ";
  EXPECT_FALSE(Admitted(odd).active);
}

TEST(AdmitTest, AProductWithASkuThatNoOrderMayHaveIsNotForSale) {
  domain::CatalogProduct odd = AProduct(1);
  odd.sku = std::string(domain::kMaxSkuBytes + 1, 's');
  EXPECT_FALSE(Admitted(odd).active);
}

TEST(AdmitTest, ALongNameIsCutBetweenCharacters) {
  domain::CatalogProduct odd = AProduct(1);
  odd.name = Repeat("\u00e9", domain::kMaxProductNameCharacters + 1);
  const domain::CatalogProduct admitted = Admitted(odd);
  EXPECT_EQ(admitted.name, Repeat("\u00e9", domain::kMaxProductNameCharacters));
  EXPECT_TRUE(admitted.active);
}

TEST(AdmitTest, ACustomerWithAnIdThatNoOrderMayHaveIsNotActive) {
  StoredCustomer odd = ACustomer(1);
  odd.id = std::string(domain::kMaxCustomerIdBytes + 1, 'c');
  EXPECT_FALSE(Admitted(odd).active);
}

TEST(AdmitTest, AnAddressThatIsTooLongCountsAsNone) {
  StoredCustomer odd = ACustomer(1);
  odd.email = absl::StrCat(std::string(domain::kMaxEmailBytes, 'a'), "@example.com");
  EXPECT_EQ(Admitted(odd).email, "");
  EXPECT_TRUE(Admitted(odd).active);
}

}  // namespace
}  // namespace ordermesh::validation
