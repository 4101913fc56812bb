#include "services/migrate/sample_data.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status.h"
#include "services/migrate/sql.h"

namespace ordermesh::migrate {
namespace {

using postgres::Array;
using postgres::Params;
using postgres::Type;

constexpr postgres::Statement kInsertProducts = {"insert_products", sql::kInsertProducts};
constexpr postgres::Statement kInsertStock = {"insert_stock", sql::kInsertStock};
constexpr postgres::Statement kInsertCustomers = {"insert_customers", sql::kInsertCustomers};

constexpr std::uint64_t kProductSeed = 0x6F72646572, kCustomerSeed = 0x6D657368;
// 2026-01-01T00:00:00Z in milliseconds: the time in the products' ids.
constexpr std::uint64_t kIdMilliseconds = 1767225600000;

// splitmix64: never to be changed, nor the tables below, since ids, names and prices follow from them.
class Sequence {
 public:
  explicit Sequence(std::uint64_t seed) : state_(seed) {}
  std::uint64_t Next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }
  template <std::size_t N>
  const char* Pick(const std::array<const char*, N>& of) {
    return of[Below(N)];
  }

 private:
  std::uint64_t state_;
};

struct Kind {
  const char* category;
  std::array<const char*, 6> nouns;
  std::int64_t least_minor, most_minor;
};
constexpr std::array<Kind, 8> kKinds = {{
    {"Kitchen", {"Kettle", "Pan", "Knife", "Mug", "Toaster", "Scale"}, 490, 12'990},
    {"Garden", {"Spade", "Hose", "Planter", "Rake", "Lantern", "Bench"}, 790, 24'990},
    {"Office", {"Notebook", "Desk Lamp", "Stapler", "Chair", "Folder", "Pen"}, 190, 29'990},
    {"Sport", {"Ball", "Mat", "Rope", "Bottle", "Racket", "Gloves"}, 590, 14'990},
    {"Toys", {"Puzzle", "Blocks", "Kite", "Train", "Yo-yo", "Doll"}, 390, 7'990},
    {"Books", {"Atlas", "Cookbook", "Novel", "Guide", "Dictionary", "Diary"}, 690, 4'990},
    {"Electronics", {"Headphones", "Charger", "Speaker", "Keyboard", "Camera", "Radio"}, 990, 49'990},
    {"Clothing", {"Scarf", "Jacket", "Socks", "Hat", "Shirt", "Belt"}, 490, 18'990},
}};
constexpr std::array<const char*, 10> kBrands = {"Norwick", "Albatros", "Fennel & Co", "Kirsebom",  "Tidewater",
                                                 "Quillon", "Maro",     "Hearthside",  "Oltremare", "Vinter"};
constexpr std::array<const char*, 10> kAdjectives = {"Compact", "Classic", "Sturdy", "Light",  "Folding",
                                                     "Large",   "Small",   "Travel", "Simple", "Fine"};
constexpr std::array<const char*, 16> kGivenNames = {"Ada",    "Bruno", "Chloé", "Dmitri", "Elif", "Farid",
                                                     "Greta",  "Hugo",  "Inês",  "Jonas",  "Kaya", "Luca",
                                                     "Mathis", "Nora",  "Oskar", "Zoë"};
constexpr std::array<const char*, 16> kFamilyNames = {"Almeida", "Berg",   "Costa",  "Dubois", "Eriksen",  "Ferrari",
                                                      "García",  "Hansen", "Ivanov", "Jansen", "Kowalski", "Lindqvist",
                                                      "Müller",  "Novák",  "Okafor", "Yılmaz"};

// Version 7, one millisecond apart.
base::Uuid SampleId(int index, Sequence& sequence) {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes;
  const std::uint64_t time = kIdMilliseconds + static_cast<std::uint64_t>(index);
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
  const std::uint64_t high = sequence.Next(), low = sequence.Next();
  bytes[6] = static_cast<std::uint8_t>(0x70 | (high & 0x0F));
  bytes[7] = static_cast<std::uint8_t>(high >> 8);
  for (int i = 0; i < 8; ++i) bytes[8 + i] = static_cast<std::uint8_t>(low >> (8 * i));
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3F));
  return base::Uuid(bytes);
}

}  // namespace

std::vector<SampleProduct> SampleProducts() {
  Sequence sequence(kProductSeed);
  std::vector<SampleProduct> products;
  products.reserve(kSampleProducts);
  for (int i = 0; i < kSampleProducts; ++i) {
    SampleProduct product;
    product.id = SampleId(i, sequence);
    product.sku = absl::StrFormat("SKU-%04d", i);
    const Kind& kind = kKinds[sequence.Below(kKinds.size())];
    product.category = kind.category;
    product.brand = sequence.Pick(kBrands);
    product.name = absl::StrCat(product.brand, " ", sequence.Pick(kAdjectives), " ", sequence.Pick(kind.nouns));
    product.description = absl::StrCat(product.name, ", from our sample catalogue.");
    // Steps of ten cents: 4.90, 5.00, …
    const std::int64_t steps = (kind.most_minor - kind.least_minor) / 10 + 1;
    product.price_minor = kind.least_minor + 10 * static_cast<std::int64_t>(sequence.Below(steps));
    product.active = i + 1 < kSampleProducts;
    products.push_back(std::move(product));
  }
  return products;
}

std::vector<SampleCustomer> SampleCustomers() {
  Sequence sequence(kCustomerSeed);
  std::vector<SampleCustomer> customers;
  customers.reserve(kSampleCustomers);
  for (int i = 0; i < kSampleCustomers; ++i) {
    const char* given = sequence.Pick(kGivenNames);
    const char* family = sequence.Pick(kFamilyNames);
    customers.push_back({absl::StrFormat("CUST-%04d", i), absl::StrCat(given, " ", family),
                         absl::StrFormat("customer%04d@example.com", i)});
  }
  return customers;
}

absl::StatusOr<Loaded> LoadSampleData(postgres::Connection& connection, std::int64_t stock) {
  Array ids(Type::kUuid), skus(Type::kText), names(Type::kText), descriptions(Type::kText), categories(Type::kText),
      brands(Type::kText), prices(Type::kInt8), active(Type::kBool);
  for (const SampleProduct& product : SampleProducts()) {
    ids.Add(product.id);
    skus.Add(product.sku);
    names.Add(product.name);
    descriptions.Add(product.description);
    categories.Add(product.category);
    brands.Add(product.brand);
    prices.Add(product.price_minor);
    active.AddBool(product.active);
  }
  Array customer_ids(Type::kText), customer_names(Type::kText), emails(Type::kText);
  for (const SampleCustomer& customer : SampleCustomers()) {
    customer_ids.Add(customer.id);
    customer_names.Add(customer.name);
    emails.Add(customer.email);
  }

  postgres::Connection::Pipeline pipeline(connection);
  pipeline.Begin();
  pipeline.Send(kInsertProducts, Params()
                                     .Array(ids)
                                     .Array(skus)
                                     .Array(names)
                                     .Array(descriptions)
                                     .Array(categories)
                                     .Array(brands)
                                     .Array(prices)
                                     .Array(active));
  pipeline.Send(kInsertStock, Params().Array(skus).Int8(stock));
  pipeline.Send(kInsertCustomers, Params().Array(customer_ids).Array(customer_names).Array(emails));
  pipeline.Commit();
  absl::StatusOr<std::vector<postgres::Result>> results = pipeline.Finish();
  if (!results.ok()) return base::Annotate(results.status(), "sample data");
  // So that the first plans already know the tables' sizes.
  RETURN_IF_ERROR(connection.Run("ANALYZE catalog.products, catalog.stock, catalog.customers"));
  return Loaded{(*results)[0].affected(), (*results)[1].affected(), (*results)[2].affected()};
}

}  // namespace ordermesh::migrate
