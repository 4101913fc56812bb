#include "libs/domain/rules.h"

#include <functional>
#include <limits>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ordermesh::domain {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::SizeIs;

class SmallCatalog : public CatalogView {
 public:
  SmallCatalog() {
    Add("SKU-1", "Lamp", {1999, "EUR"});
    Add("SKU-2", "Chair", {4950, "EUR"});
    Add("FREE", "Sample", {0, "EUR"});
    Add("USD-1", "Imported", {100, "USD"});
    Add("OLD", "Sold no more", {100, "EUR"}, /*active=*/false);
    Add("DEAR", "Island", {std::numeric_limits<std::int64_t>::max() / 2, "EUR"});
    customers_["CUST-1"] = {"CUST-1", "ada@example.com"};
    customers_["NO-MAIL"] = {"NO-MAIL", ""};
    customers_["BLANK-AFTER"] = {"BLANK-AFTER", "ada@example.com "};
    customers_["NAMED"] = {"NAMED", "Ada <ada@example.com>"};
    customers_["IDN"] = {"IDN", "ada@b\u00fccher.example"};
  }
  const CatalogCustomer* FindCustomer(absl::string_view id) const override {
    auto at = customers_.find(std::string(id));
    return at == customers_.end() ? nullptr : &at->second;
  }
  const CatalogProduct* FindProduct(absl::string_view sku) const override {
    auto at = products_.find(std::string(sku));
    return at == products_.end() ? nullptr : &at->second;
  }

 private:
  void Add(const std::string& sku, const std::string& name, Money price, bool active = true) {
    std::array<std::uint8_t, 16> id{};
    id[15] = static_cast<std::uint8_t>(products_.size() + 1);
    products_[sku] = {ProductId(id), sku, name, std::move(price), active};
  }
  std::map<std::string, CatalogProduct> products_;
  std::map<std::string, CatalogCustomer> customers_;
};

NewOrder AGoodOrder() {
  NewOrder order;
  order.customer_id = "CUST-1";
  order.lines = {{"SKU-1", 2}, {"SKU-2", 1}};
  return order;
}

std::vector<Violation> BrokenBy(const NewOrder& order) {
  Verdict verdict = CheckOrder(order, SmallCatalog());
  if (std::holds_alternative<PricedOrder>(verdict)) return {};
  EXPECT_FALSE(std::get<1>(verdict).empty());
  return std::get<1>(std::move(verdict));
}

TEST(CheckOrderTest, PricesAGoodOrderFromTheCatalogue) {
  NewOrder order = AGoodOrder();
  order.note = "ring twice";
  const SmallCatalog catalog;
  const Verdict verdict = CheckOrder(order, catalog);
  ASSERT_TRUE(std::holds_alternative<PricedOrder>(verdict));
  const auto& priced = std::get<PricedOrder>(verdict);
  EXPECT_EQ(priced.customer_id, "CUST-1");
  EXPECT_EQ(priced.contact_email, "ada@example.com");
  EXPECT_EQ(priced.note, "ring twice");
  EXPECT_EQ(priced.total, (Money{2 * 1999 + 4950, "EUR"}));
  ASSERT_THAT(priced.lines, SizeIs(2));
  EXPECT_EQ(priced.lines[0].sku, "SKU-1");
  EXPECT_EQ(priced.lines[0].name, "Lamp");
  EXPECT_EQ(priced.lines[0].product_id, catalog.FindProduct("SKU-1")->id);
  EXPECT_EQ(priced.lines[0].quantity, 2);
  EXPECT_EQ(priced.lines[0].unit_price_minor, 1999);
  EXPECT_EQ(priced.lines[1].sku, "SKU-2");
}

TEST(CheckOrderTest, TheOrdersOwnContactComesFirst) {
  NewOrder order = AGoodOrder();
  order.contact_email = "grace@example.com";
  EXPECT_EQ(std::get<PricedOrder>(CheckOrder(order, SmallCatalog())).contact_email, "grace@example.com");
  order.contact_email = "";
  EXPECT_EQ(std::get<PricedOrder>(CheckOrder(order, SmallCatalog())).contact_email, "ada@example.com");
}

struct Case {
  std::string name;
  std::function<void(NewOrder&)> change;
  std::vector<std::pair<Rule, std::string>> expected;  // none: the order is good
};
class RuleTest : public testing::TestWithParam<Case> {};

TEST_P(RuleTest, NamesRuleFieldAndKind) {
  NewOrder order = AGoodOrder();
  GetParam().change(order);
  std::vector<std::pair<std::string, std::string>> found, expected;
  for (const Violation& violation : BrokenBy(order)) {
    found.emplace_back(violation.rule, violation.field);
    EXPECT_FALSE(violation.description.empty());
    EXPECT_EQ(violation.description.find('$'), std::string::npos) << violation.description;
  }
  for (const auto& [rule, field] : GetParam().expected) expected.emplace_back(Describe(rule).id, field);
  EXPECT_THAT(found, ElementsAreArray(expected));
}

std::vector<NewLine> Lines(int count) {
  std::vector<NewLine> lines;
  for (int i = 0; i < count; ++i) lines.push_back({absl::StrCat("NONE-", i), 1});
  return lines;
}
std::string Characters(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "\u20ac";
  return text;
}
const std::string kNul("a\0b", 3);

const std::vector<Case>& Cases() {
  static const std::vector<Case> kCases = {
        Case{"NoCustomer", [](auto& o) { o.customer_id = ""; }, {{Rule::kCustomerRequired, "customer_id"}}},
        Case{"UnknownCustomer", [](auto& o) { o.customer_id = "CUST-2"; }, {{Rule::kCustomerUnknown, "customer_id"}}},
        Case{"CustomerNotUtf8", [](auto& o) { o.customer_id = "\xFF"; }, {{Rule::kTextNotUtf8, "customer_id"}}},
        Case{"CustomerWithNul", [](auto& o) { o.customer_id = kNul; }, {{Rule::kTextHasNul, "customer_id"}}},
        Case{"BadEmail", [](auto& o) { o.contact_email = "ada"; }, {{Rule::kEmailMalformed, "contact.email"}}},
        Case{"EmailNotUtf8", [](auto& o) { o.contact_email = "\xFF@x.y"; }, {{Rule::kTextNotUtf8, "contact.email"}}},
        Case{"EmailWithNul", [](auto& o) { o.contact_email = kNul + "@x.y"; }, {{Rule::kTextHasNul, "contact.email"}}},
        Case{"LongestEmail",
             [](auto& o) {
               const std::string label(60, 'd');
               o.contact_email = std::string(64, 'l') + "@" + label + "." + label + "." + label + ".abcdef";
               ASSERT_EQ(o.contact_email->size(), 254u);
             },
             {}},
        Case{"EmailTooLong", [](auto& o) { o.contact_email = absl::StrCat(std::string(251, 'a'), "@b.c"); },
             {{Rule::kEmailTooLong, "contact.email"}}},
        Case{"CustomersEmailWithABlank", [](auto& o) { o.customer_id = "BLANK-AFTER"; },
             {{Rule::kCustomerEmailMalformed, "contact.email"}}},
        Case{"CustomersEmailWithAName", [](auto& o) { o.customer_id = "NAMED"; },
             {{Rule::kCustomerEmailMalformed, "contact.email"}}},
        Case{"CustomersEmailOfAnIdn", [](auto& o) { o.customer_id = "IDN"; }, {}},
        Case{"TheOrdersEmailMakesUpForTheCustomers",
             [](auto& o) {
               o.customer_id = "NAMED";
               o.contact_email = "ada@example.com";
             },
             {}},
        Case{"NoEmailAnywhere", [](auto& o) { o.customer_id = "NO-MAIL"; }, {{Rule::kEmailRequired, "contact.email"}}},
        Case{"OnlyTheOrderHasAnEmail",
             [](auto& o) {
               o.customer_id = "NO-MAIL";
               o.contact_email = "ada@example.com";
             },
             {}},
        Case{"NoLines", [](auto& o) { o.lines.clear(); }, {{Rule::kLinesEmpty, "lines"}}},
        Case{"NoSku", [](auto& o) { o.lines[1].sku = ""; }, {{Rule::kSkuRequired, "lines[1].sku"}}},
        Case{"SkuNotUtf8", [](auto& o) { o.lines[1].sku = "\xC3"; }, {{Rule::kTextNotUtf8, "lines[1].sku"}}},
        Case{"SkuWithNul", [](auto& o) { o.lines[1].sku = kNul; }, {{Rule::kTextHasNul, "lines[1].sku"}}},
        Case{"SameSkuTwice", [](auto& o) { o.lines.push_back({"SKU-1", 1}); }, {{Rule::kSkuDuplicate, "lines[2].sku"}}},
        Case{"SameUnknownSkuTwice", [](auto& o) { o.lines = {{"NONE", 1}, {"NONE", 1}}; },
             {{Rule::kProductUnknown, "lines[0].sku"}, {Rule::kSkuDuplicate, "lines[1].sku"}}},
        Case{"QuantityZero", [](auto& o) { o.lines[0].quantity = 0; }, {{Rule::kQuantityOutOfRange, "lines[0].quantity"}}},
        Case{"QuantityNegative", [](auto& o) { o.lines[0].quantity = -1; },
             {{Rule::kQuantityOutOfRange, "lines[0].quantity"}}},
        Case{"QuantityMost", [](auto& o) { o.lines[0].quantity = 999; }, {}},
        Case{"QuantityTooLarge", [](auto& o) { o.lines[0].quantity = 1000; },
             {{Rule::kQuantityOutOfRange, "lines[0].quantity"}}},
        Case{"QuantityHuge", [](auto& o) { o.lines[0].quantity = std::numeric_limits<std::int64_t>::max(); },
             {{Rule::kQuantityOutOfRange, "lines[0].quantity"}}},
        Case{"UnknownProduct", [](auto& o) { o.lines[0].sku = "sku-1"; }, {{Rule::kProductUnknown, "lines[0].sku"}}},
        Case{"NotForSale", [](auto& o) { o.lines[0].sku = "OLD"; }, {{Rule::kProductNotForSale, "lines[0].sku"}}},
        Case{"FreeOfCharge", [](auto& o) { o.lines[0].sku = "FREE"; }, {}},
        Case{"TwoCurrencies", [](auto& o) { o.lines[1].sku = "USD-1"; }, {{Rule::kCurrencyMixed, "lines[1].sku"}}},
        Case{"TotalOverflowsInALine", [](auto& o) { o.lines = {{"DEAR", 3}}; }, {{Rule::kTotalOverflow, "lines"}}},
        Case{"TotalOverflowsInTheSum", [](auto& o) { o.lines = {{"DEAR", 2}, {"SKU-1", 1}}; },
             {{Rule::kTotalOverflow, "lines"}}},
        Case{"LongestNote", [](auto& o) { o.note = Characters(2000); }, {}},
        Case{"NoteTooLong", [](auto& o) { o.note = Characters(2001); }, {{Rule::kNoteTooLong, "note"}}},
        Case{"NoteNotUtf8", [](auto& o) { o.note = "\xFF"; }, {{Rule::kTextNotUtf8, "note"}}},
        Case{"NoteWithNul", [](auto& o) { o.note = kNul; }, {{Rule::kTextHasNul, "note"}}},
        Case{"ForbiddenFields", [](auto& o) { o.forbidden_fields = {"total", "lines[0].amount"}; },
             {{Rule::kFieldNotAllowed, "total"}, {Rule::kFieldNotAllowed, "lines[0].amount"}}},
        Case{"EverythingAtOnce",
             [](auto& o) {
               o.customer_id = "CUST-2";
               o.contact_email = "ada";
               o.lines = {{"", 0}, {"OLD", 1000}, {"NONE", 1}, {"SKU-1", 1}, {"USD-1", -5}};
               o.note = kNul;
               o.forbidden_fields = {"state"};
             },
             {{Rule::kCustomerUnknown, "customer_id"},
              {Rule::kEmailMalformed, "contact.email"},
              {Rule::kSkuRequired, "lines[0].sku"},
              {Rule::kQuantityOutOfRange, "lines[0].quantity"},
              {Rule::kProductNotForSale, "lines[1].sku"},
              {Rule::kQuantityOutOfRange, "lines[1].quantity"},
              {Rule::kProductUnknown, "lines[2].sku"},
              {Rule::kQuantityOutOfRange, "lines[4].quantity"},
              {Rule::kCurrencyMixed, "lines[4].sku"},
              {Rule::kTextHasNul, "note"},
              {Rule::kFieldNotAllowed, "state"}}}};
  return kCases;
}
INSTANTIATE_TEST_SUITE_P(Orders, RuleTest, testing::ValuesIn(Cases()),
                         [](const auto& info) { return info.param.name; });

TEST(CheckOrderTest, AHundredLinesAreTheMostAndAllAreLookedAt) {
  NewOrder order = AGoodOrder();
  order.lines = Lines(100);
  EXPECT_THAT(BrokenBy(order), SizeIs(100));
  EXPECT_EQ(BrokenBy(order).back(), Broken(Rule::kProductUnknown, "lines[99].sku"));
}

TEST(CheckOrderTest, BeyondAHundredLinesTheAnswerStaysBounded) {
  NewOrder order = AGoodOrder();
  order.lines = Lines(50'000);
  const std::vector<Violation> broken = BrokenBy(order);
  EXPECT_THAT(broken, SizeIs(101));
  EXPECT_EQ(broken[0], Broken(Rule::kLinesTooMany, "lines", 50'000));
}

TEST(CheckOrderTest, FindsRepeatsAmongManyLinesToo) {
  NewOrder order = AGoodOrder();
  order.lines = Lines(40);
  order.lines[39].sku = "NONE-7";
  EXPECT_EQ(BrokenBy(order).back(), Broken(Rule::kSkuDuplicate, "lines[39].sku", 7));
}

TEST(CheckOrderTest, DescriptionsCarryNothingThatTheClientSent) {
  NewOrder order = AGoodOrder();
  order.customer_id = "canary-customer";
  order.contact_email = "canary-mail";
  order.note = "canary-note" + kNul;
  order.lines = {{"canary-sku", 1}};
  for (const Violation& violation : BrokenBy(order)) {
    EXPECT_EQ(violation.description.find("canary"), std::string::npos) << violation.description;
  }
}

// Every rule that CheckOrder can break is broken by some case above; the others are Allocate's.
TEST(CheckOrderTest, TheTableHasNoRuleThatNothingBreaks) {
  std::set<Rule> met = {Rule::kLinesTooMany, Rule::kStockShort, Rule::kProductGone};
  for (const Case& c : Cases()) {
    for (const auto& [rule, field] : c.expected) met.insert(rule);
  }
  EXPECT_EQ(met.size(), Rules().size());
}

}  // namespace
}  // namespace ordermesh::domain
