// What a catalogue of a million products and as many customers takes in memory, while it changes and is read anew.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdio>
#include <string>

#include "absl/strings/str_format.h"
#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {
namespace {

constexpr std::uint32_t kRows = 1'000'000;
constexpr std::uint32_t kChanges = 100'000;
constexpr double kMiB = 1 << 20;

using Snapshot = std::shared_ptr<const CatalogSnapshot>;

// Names and addresses of common lengths, so that none is stored within its string.
domain::CatalogProduct Product(std::uint32_t n, std::int64_t price = 1999) {
  domain::CatalogProduct product = AProduct(n, price);
  product.sku = absl::StrFormat("SKU-%09d", n);
  product.name = absl::StrFormat("Kirsebom Folding Garden Bench, oak, no. %d", n);
  return product;
}
StoredCustomer Customer(std::uint32_t n) {
  return {absl::StrFormat("CUST-%09d", n), absl::StrFormat("customer.%09d@shop.example.com", n), true};
}

double InUse() { return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd); }

double ResidentMiB() {
  long pages = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  EXPECT_EQ(std::fscanf(file, "%ld %ld", &pages, &resident), 2);
  std::fclose(file);
  return static_cast<double>(resident) * 4096 / kMiB;
}

void Print(const char* what, double bytes) {
  std::printf("%-50s %8.1f MiB in use, %8.1f MiB resident\n", what, bytes / kMiB, ResidentMiB());
}

Snapshot Changed(const Snapshot& before, std::uint32_t first, std::int64_t price) {
  CatalogBuilder builder = CatalogBuilder::From(before);
  for (std::uint32_t n = first; n < first + kChanges; ++n) {
    builder.Put(CatalogBuilder::Share(Product(n, price), before.get()));
  }
  return std::move(builder).Finish(before);
}

TEST(CatalogMemoryTest, IsBoundedByItsRowsWhateverChanges) {
  const double nothing = InUse();
  CatalogBuilder builder = CatalogBuilder::Anew();
  for (std::uint32_t n = 0; n < kRows; ++n) builder.Put(CatalogBuilder::Share(Product(n), nullptr));
  const double with_products = InUse();
  for (std::uint32_t n = 0; n < kRows; ++n) builder.Put(CatalogBuilder::Share(Customer(n), nullptr));
  Snapshot snapshot = std::move(builder).Finish(nullptr);
  builder = CatalogBuilder::Anew();
  const double whole = InUse();
  Print("1,000,000 products and 1,000,000 customers:", whole - nothing);
  const double per_product = (with_products - nothing) / kRows, per_customer = (whole - with_products) / kRows;
  std::printf("%.0f bytes a product, %.0f bytes a customer\n", per_product, per_customer);
  EXPECT_LT(per_product, 400);
  EXPECT_LT(per_customer, 250);
  EXPECT_LT(ResidentMiB(), 800);

  // Changes cost what they bring and what is copied to find it; that is given back with the snapshot before.
  for (int round = 0; round < 5; ++round) {
    Snapshot next = Changed(snapshot, static_cast<std::uint32_t>(round) * kChanges, round);
    const double both = InUse();
    EXPECT_LT(both - whole, 150 * kMiB);
    if (round == 0) Print("and a snapshot with 100,000 changes beside it:", both - nothing);
    snapshot = std::move(next);
  }
  EXPECT_LT(InUse() - whole, 10 * kMiB);
  Print("after five times 100,000 changes:", InUse() - nothing);

  // Everything read anew shares the rows that are known.
  CatalogBuilder again = CatalogBuilder::Anew();
  for (std::uint32_t n = 0; n < kRows; ++n) {
    again.Put(CatalogBuilder::Share(Product(n, n < 5 * kChanges ? n / kChanges : 1999), snapshot.get()));
    again.Put(CatalogBuilder::Share(Customer(n), snapshot.get()));
  }
  const double while_reading = InUse();
  Print("while everything was read anew:", while_reading - nothing);
  EXPECT_LT(while_reading - whole, 150 * kMiB);
  EXPECT_EQ(std::move(again).Finish(snapshot), snapshot);
}

}  // namespace
}  // namespace ordermesh::validation
