#include "libs/wire/orders.h"

#include <functional>
#include <limits>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "libs/domain/limits.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/test_orders.h"
#include "libs/wire/validation.h"

namespace ordermesh::wire {
namespace {

using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

orders::v1::Order Parse(const char* text) {
  orders::v1::Order order;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &order));
  return order;
}
std::string Difference(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  google::protobuf::util::MessageDifferencer differ;
  std::string difference;
  differ.ReportDifferencesToString(&difference);
  return differ.Compare(a, b) ? "" : difference;
}

TEST(NewOrderTest, IsWhatTheClientSent) {
  const domain::NewOrder order = NewOrderFromProto(Parse(R"pb(
    customer_id: "CUST-0001"
    contact { email: "ada@example.com" }
    lines { sku: "SKU-0001" quantity: 2 }
    lines { sku: "SKU-0002" quantity: -1 }
    note: "ring twice"
  )pb"));
  EXPECT_EQ(order.customer_id, "CUST-0001");
  EXPECT_EQ(order.contact_email, "ada@example.com");
  ASSERT_EQ(order.lines.size(), 2u);
  EXPECT_EQ(order.lines[0].sku, "SKU-0001");
  EXPECT_EQ(order.lines[1].quantity, -1);
  EXPECT_EQ(order.note, "ring twice");
  EXPECT_THAT(order.forbidden_fields, IsEmpty());
  EXPECT_EQ(order.caller, "");
}

TEST(NewOrderTest, TellsAnEmptyContactFromNone) {
  EXPECT_EQ(NewOrderFromProto(Parse("")).contact_email, std::nullopt);
  EXPECT_EQ(NewOrderFromProto(Parse("contact {}")).contact_email, "");
}

TEST(NewOrderTest, NamesWhatOnlyTheServerSets) {
  EXPECT_THAT(NewOrderFromProto(Parse(R"pb(
                state: ORDER_STATE_PAID
                total { units: 1 }
                lines { unit_price {} }
                lines {
                  amount { units: 3 }
                  unit_price { units: 3 }
                }
              )pb"))
                  .forbidden_fields,
              ElementsAre("state", "total", "lines[0].unit_price", "lines[1].unit_price", "lines[1].amount"));
}

TEST(NewOrderTest, EchoesOfAnEarlierAnswerAreIgnored) {
  EXPECT_THAT(NewOrderFromProto(Parse(R"pb(
                id: "x"
                create_time { seconds: 1 }
                update_time { seconds: 1 }
                etag: "e"
                lines { product_id: "p" name: "n" }
              )pb"))
                  .forbidden_fields,
              IsEmpty());
}

TEST(NewOrderTest, LooksForForbiddenFieldsWhereTheRulesLook) {
  orders::v1::Order order;
  for (int i = 0; i < 5000; ++i) order.add_lines()->mutable_amount();
  EXPECT_EQ(NewOrderFromProto(order).forbidden_fields.size(), 100u);
}

TEST(NewOrderTest, SurvivesTheHopToValidation) {
  const orders::v1::Order sent = Parse(R"pb(
    customer_id: "CUST-0001"
    contact {}
    lines {
      sku: "SKU-0001"
      quantity: 2
      amount {}
    }
    lines {
      sku: "SKU-0002"
      quantity: 1
      unit_price {}
    }
    note: "n"
    state: ORDER_STATE_ACCEPTED
    total {}
  )pb");
  orders::v1::Order again;
  NewOrderToProto(NewOrderFromProto(sent), again);
  EXPECT_EQ(Difference(sent, again), "");
}

TEST(NewOrderTest, QuantitiesThatDoNotFitStayOutOfRange) {
  domain::NewOrder order;
  order.lines = {{"a", std::int64_t{1} << 40}, {"b", -(std::int64_t{1} << 40)}};
  order.forbidden_fields = {"lines[9].amount", "lines[x].amount", "elsewhere"};  // nowhere to put these
  orders::v1::Order proto;
  NewOrderToProto(order, proto);
  EXPECT_EQ(proto.lines(0).quantity(), std::numeric_limits<std::int32_t>::max());
  EXPECT_EQ(proto.lines(1).quantity(), std::numeric_limits<std::int32_t>::min());
}

TEST(OrderTest, IsTheAnswerThatClientsGet) {
  orders::v1::Order proto;
  OrderToProto(AnOrder(), proto);
  EXPECT_EQ(Difference(Parse(R"pb(
                         id: "00000000-0000-7000-8000-000000000007"
                         customer_id: "CUST-0001"
                         contact { email: "ada@example.com" }
                         lines {
                           sku: "SKU-0001"
                           quantity: 2
                           product_id: "00000000-0000-7000-8000-00000000000b"
                           name: "Oak \"Nordic\" chair"
                           unit_price { currency_code: "EUR" units: 49 nanos: 990000000 }
                           amount { currency_code: "EUR" units: 99 nanos: 980000000 }
                         }
                         lines {
                           sku: "SKU-0002"
                           quantity: 1
                           product_id: "00000000-0000-7000-8000-00000000000c"
                           name: "Lampe f\303\274r Fl\303\274gel"
                           unit_price { currency_code: "EUR" nanos: 50000000 }
                           amount { currency_code: "EUR" nanos: 50000000 }
                         }
                         note: "ring twice"
                         state: ORDER_STATE_ACCEPTED
                         total { currency_code: "EUR" units: 100 nanos: 30000000 }
                         create_time { seconds: 1795000000 nanos: 123456000 }
                         update_time { seconds: 1795000000 nanos: 123456000 }
                         etag: "00000007-1"
                       )pb"),
                       proto),
            "");
}

TEST(OrderTest, StatesAreTheProtos) {
  for (int state = 0; state <= 5; ++state) {
    EXPECT_EQ(StateFromProto(StateToProto(static_cast<domain::OrderState>(state))),
              static_cast<domain::OrderState>(state));
  }
  EXPECT_EQ(StateFromProto(static_cast<orders::v1::OrderState>(77)), domain::OrderState::kUnspecified);
}

TEST(PricedOrderTest, SurvivesTheHopFromValidation) {
  validation::v1::OrderValidation proto;
  VerdictToProto(APricedOrder(), proto);
  absl::StatusOr<domain::Verdict> verdict = VerdictFromProto(proto);
  ASSERT_TRUE(verdict.ok()) << verdict.status();
  const auto& back = std::get<domain::PricedOrder>(*verdict);
  EXPECT_EQ(back.customer_id, "CUST-0001");
  EXPECT_EQ(back.contact_email, "ada@example.com");
  EXPECT_EQ(back.note, "ring twice");
  EXPECT_EQ(back.total, APricedOrder().total);
  ASSERT_EQ(back.lines.size(), 2u);
  EXPECT_EQ(back.lines[0].product_id, testing::FakeIds::Number(11));
  EXPECT_EQ(back.lines[0].name, "Oak \"Nordic\" chair");
  EXPECT_EQ(back.lines[0].quantity, 2);
  EXPECT_EQ(back.lines[0].unit_price_minor, 4999);
}

TEST(VerdictTest, ViolationsSurviveTheHop) {
  const std::vector<domain::Violation> broken = {domain::Broken(domain::Rule::kQuantityOutOfRange, "lines[2].quantity"),
                                                 domain::Broken(domain::Rule::kProductUnknown, "lines[3].sku")};
  validation::v1::OrderValidation proto;
  VerdictToProto(broken, proto);
  EXPECT_FALSE(proto.has_order());
  EXPECT_EQ(std::get<1>(VerdictFromProto(proto).value()), broken);
}

TEST(VerdictTest, AKindOfALaterReleaseIsARefusal) {
  validation::v1::OrderValidation proto;
  proto.add_violations()->set_kind(static_cast<validation::v1::ViolationKind>(9));
  EXPECT_EQ(std::get<1>(VerdictFromProto(proto).value())[0].kind, domain::ViolationKind::kField);
}

// Every text as long as it may be, of characters as wide as they may be.
TEST(OrderTest, AtItsLargestIsWithinItsLimit) {
  domain::Order order = AnOrder();
  std::string character = "\U0001F9E6", name, note;
  for (int i = 0; i < domain::kMaxProductNameCharacters; ++i) name += character;
  for (int i = 0; i < domain::kMaxNoteCharacters; ++i) note += character;
  order.content.customer_id = std::string(domain::kMaxCustomerIdBytes, 'c');
  order.content.contact_email = std::string(domain::kMaxEmailBytes, 'e');
  order.content.note = note;
  const std::int64_t price = std::numeric_limits<std::int64_t>::max() / domain::kMaxQuantity;
  order.content.lines.assign(domain::kMaxLines,
                             {order.id, std::string(domain::kMaxSkuBytes, 's'), name, domain::kMaxQuantity, price});
  order.content.total = {std::numeric_limits<std::int64_t>::max(), "EUR"};
  order.version = std::numeric_limits<std::int64_t>::max();
  order.updated_at = absl::FromUnixSeconds(253'402'300'799) + absl::Nanoseconds(999'999'999);
  orders::v1::Order proto;
  OrderToProto(order, proto);
  EXPECT_LE(proto.ByteSizeLong(), domain::kLargestOrderBytes);
  EXPECT_GE(proto.ByteSizeLong(), domain::kLargestOrderBytes * 9 / 10) << "the limit says something";
  EXPECT_LE(proto.lines(0).ByteSizeLong(), domain::kLargestLineBytes);
}

struct Bad {
  std::string name;
  std::function<void(orders::v1::Order&)> spoil;
  std::string field;
};
class BadVerdictTest : public ::testing::TestWithParam<Bad> {};
TEST_P(BadVerdictTest, IsAFaultOfOurs) {
  validation::v1::OrderValidation proto;
  VerdictToProto(APricedOrder(), proto);
  GetParam().spoil(*proto.mutable_order());
  EXPECT_THAT(VerdictFromProto(proto), StatusIs(absl::StatusCode::kInternal, HasSubstr(GetParam().field)));
}
INSTANTIATE_TEST_SUITE_P(
    Orders, BadVerdictTest,
    ::testing::Values(
        Bad{"Empty", [](auto& o) { o.Clear(); }, "total"}, Bad{"NoTotal", [](auto& o) { o.clear_total(); }, "total"},
        Bad{"NoLines", [](auto& o) { o.clear_lines(); }, "lines"},
        Bad{"WrongTotal", [](auto& o) { o.mutable_total()->set_units(1); }, "total"},
        Bad{"BadProductId", [](auto& o) { o.mutable_lines(1)->set_product_id("x"); }, "lines[1].product_id"},
        Bad{"NoPrice", [](auto& o) { o.mutable_lines(0)->clear_unit_price(); }, "lines[0].unit_price"},
        Bad{"OtherCurrency", [](auto& o) { o.mutable_lines(0)->mutable_unit_price()->set_currency_code("USD"); },
            "lines[0].unit_price"},
        Bad{"NoQuantity", [](auto& o) { o.mutable_lines(0)->set_quantity(0); }, "lines[0].quantity"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ordermesh::wire
