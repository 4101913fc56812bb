#include "services/migrate/sample_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "libs/domain/email_address.h"

namespace ordermesh::migrate {
namespace {

using ::testing::MatchesRegex;

TEST(SampleProductsTest, AreAThousandWithSkusInOrder) {
  const std::vector<SampleProduct> products = SampleProducts();
  ASSERT_EQ(products.size(), 1000u);
  EXPECT_EQ(products[0].sku, "SKU-0000");
  EXPECT_EQ(products[42].sku, "SKU-0042");
  EXPECT_EQ(products[999].sku, "SKU-0999");
}

TEST(SampleProductsTest, AllButTheLastAreForSale) {
  for (const SampleProduct& product : SampleProducts()) EXPECT_EQ(product.active, product.sku != "SKU-0999");
}

TEST(SampleProductsTest, HaveIdsOfVersionSevenThatDiffer) {
  std::set<base::Uuid> ids;
  for (const SampleProduct& product : SampleProducts()) {
    EXPECT_THAT(product.id.ToString(),
                MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    ids.insert(product.id);
  }
  EXPECT_EQ(ids.size(), 1000u);
}

TEST(SampleProductsTest, HavePricesInStepsOfTenCents) {
  for (const SampleProduct& product : SampleProducts()) {
    EXPECT_GE(product.price_minor, 190);
    EXPECT_LE(product.price_minor, 49'990);
    EXPECT_EQ(product.price_minor % 10, 0);
    EXPECT_FALSE(product.category.empty());
    EXPECT_FALSE(product.brand.empty());
  }
}

// What documents and tests may quote: a change here changes what every user sees.
TEST(SampleProductsTest, AreTheSameEachTime) {
  const SampleProduct product = SampleProducts()[1];
  EXPECT_EQ(product.id.ToString(), "019b76da-a801-705b-b2d4-c9bce66756d6");
  EXPECT_EQ(product.name, "Quillon Sturdy Hat");
  EXPECT_EQ(product.price_minor, 10'370);
  const SampleCustomer customer = SampleCustomers()[1];
  EXPECT_EQ(customer.name, "Chloé Jansen");
}

TEST(SampleCustomersTest, AreAThousandWithAnAddressEach) {
  const std::vector<SampleCustomer> customers = SampleCustomers();
  ASSERT_EQ(customers.size(), 1000u);
  EXPECT_EQ(customers[0].id, "CUST-0000");
  EXPECT_EQ(customers[1].email, "customer0001@example.com");
  for (const SampleCustomer& customer : customers) EXPECT_TRUE(domain::IsEmailAddress(customer.email));
  EXPECT_EQ(customers[999].id, "CUST-0999");
  EXPECT_EQ(customers[999].email, "customer0999@example.com");
}

}  // namespace
}  // namespace ordermesh::migrate
