#include "services/catalog/app/feed_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Code = absl::StatusCode;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

// Tells what changed to which version.
class TextEvents : public CatalogEvents {
 public:
  OutboxEvent OfProduct(const Product& product, absl::string_view) const override {
    return {"product", product.content.sku, absl::StrCat(product.content.name, " v", product.version), ""};
  }
  OutboxEvent OfCustomer(const Customer& customer, absl::string_view) const override {
    return {"customer", customer.id, absl::StrCat(customer.content.name, " v", customer.version), ""};
  }
  OutboxEvent OfStock(const StockLevel& level, const Movement& adjustment, absl::string_view) const override {
    return {"stock", level.sku, absl::StrCat(adjustment.available_delta, " to ", level.available, " v", level.version),
            ""};
  }
};

FeedRecord ProductNamed(std::string sku, std::string name) {
  return {FeedProduct{std::move(sku), {.name = std::move(name), .price = domain::Money{100, "EUR"}}}, ""};
}
FeedRecord Count(std::string sku, std::int64_t available) {
  return {FeedStockCount{std::move(sku), available, "c"}, ""};
}
FeedRecord CustomerNamed(std::string id, std::string name) {
  return {FeedCustomer{std::move(id), {.name = std::move(name)}}, ""};
}

class FeedFoldTest : public ::testing::Test {
 protected:
  FeedFoldTest() {
    before_.products["OLD"] = {
        .id = ids_.Next(), .content = {.sku = "OLD", .name = "Old", .price = {100, "EUR"}}, .version = 7};
    before_.stock["OLD"] = {
        .product_id = before_.products["OLD"].id, .sku = "OLD", .available = 5, .reserved = 2, .version = 3};
    before_.products["GONE"] = {.id = ids_.Next(), .content = {.sku = "GONE"}, .deleted_at = kNow};
    before_.customers["OLD"] = {.id = "OLD", .content = {.name = "Old", .email = "old@example.com"}, .version = 2};
    before_.customers["GONE"] = {.id = "GONE", .deleted_at = kNow};
  }
  FeedFold Make() { return FeedFold(before_, kNow, ids_, events_); }
  static std::vector<std::string> Told(const FeedFold& fold) {
    std::vector<std::string> told;
    for (const OutboxEvent& event : fold.outbox())
      told.push_back(absl::StrCat(event.type, " ", event.aggregate, ": ", event.payload));
    return told;
  }

  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  TextEvents events_;
  FeedRows before_;
};

TEST_F(FeedFoldTest, AddsWhatIsNewWithItsStock) {
  FeedFold fold = Make();
  ASSERT_THAT(fold.Apply(ProductNamed("NEW", "Hat")), IsOk());
  ASSERT_THAT(fold.Apply(Count("NEW", 9)), IsOk());
  ASSERT_THAT(fold.Apply(CustomerNamed("NEW", "Ada")), IsOk());
  EXPECT_THAT(Told(fold), ElementsAre("product NEW: Hat v1", "stock NEW: 9 to 9 v2", "customer NEW: Ada v1"));
  EXPECT_THAT(fold.new_products(), ElementsAre("NEW"));
  EXPECT_THAT(fold.new_stock(), ElementsAre("NEW"));
  EXPECT_THAT(fold.changed_stock(), ElementsAre("NEW"));
  EXPECT_THAT(fold.new_customers(), ElementsAre("NEW"));
  EXPECT_THAT(fold.changed_products(), IsEmpty());
  EXPECT_EQ(fold.rows().products.at("NEW").created_at, kNow);
}

TEST_F(FeedFoldTest, EachChangeIsToldWithItsVersionAndWrittenOnce) {
  FeedFold fold = Make();
  for (const char* name : {"A", "B"}) {
    ASSERT_THAT(fold.Apply(ProductNamed("OLD", name)), IsOk());
    ASSERT_THAT(fold.Apply(CustomerNamed("OLD", name)), IsOk());
  }
  EXPECT_THAT(Told(fold),
              ElementsAre("product OLD: A v8", "customer OLD: A v3", "product OLD: B v9", "customer OLD: B v4"));
  EXPECT_THAT(fold.changed_products(), ElementsAre("OLD"));
  EXPECT_THAT(fold.changed_customers(), ElementsAre("OLD"));
  EXPECT_EQ(fold.rows().customers.at("OLD").content.email, "old@example.com") << "what is not told stays";
}

TEST_F(FeedFoldTest, WhatIsToldAgainChangesNothing) {
  FeedFold fold = Make();
  ASSERT_THAT(fold.Apply(ProductNamed("OLD", "Old")), IsOk());
  ASSERT_THAT(fold.Apply(Count("OLD", 5)), IsOk());
  ASSERT_THAT(fold.Apply(CustomerNamed("OLD", "Old")), IsOk());
  EXPECT_THAT(fold.outbox(), IsEmpty());
  EXPECT_THAT(fold.changed_products(), IsEmpty());
  EXPECT_THAT(fold.changed_stock(), IsEmpty());
  EXPECT_THAT(fold.changed_customers(), IsEmpty());
}

TEST_F(FeedFoldTest, CountsAreMovementsThatSumToTheStock) {
  FeedFold fold = Make();
  for (const int count : {8, 8, 1}) ASSERT_THAT(fold.Apply(Count("OLD", count)), IsOk());
  EXPECT_THAT(Told(fold), ElementsAre("stock OLD: 3 to 8 v4", "stock OLD: -7 to 1 v5"));
  std::int64_t sum = before_.stock["OLD"].available;
  for (const Movement& movement : fold.movements()) sum += movement.available_delta;
  EXPECT_EQ(sum, 1);
  EXPECT_EQ(fold.rows().stock.at("OLD").reserved, 2) << "what is reserved is not counted";
}

TEST_F(FeedFoldTest, WhatIsDeletedOrUnknownIsRefused) {
  EXPECT_THAT(Make().Apply(ProductNamed("GONE", "A")), StatusIs(Code::kInvalidArgument, HasSubstr("deleted")));
  EXPECT_THAT(Make().Apply(Count("GONE", 1)), StatusIs(Code::kInvalidArgument, HasSubstr("deleted")));
  EXPECT_THAT(Make().Apply(CustomerNamed("GONE", "A")), StatusIs(Code::kInvalidArgument, HasSubstr("deleted")));
  EXPECT_THAT(Make().Apply(Count("NONE", 1)), StatusIs(Code::kInvalidArgument, HasSubstr("no product")));
}

}  // namespace
}  // namespace ordermesh::catalog
