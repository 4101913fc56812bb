#include "services/catalog/app/decode_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using Code = absl::StatusCode;

constexpr char kProductData[] =
    R"({"sku":"SKU-1","name":"Hat","price":{"currency_code":"EUR","units":"12","nanos":500000000}})";

stream::Record Structured(absl::string_view type, absl::string_view data) {
  stream::Record record;
  record.headers = {{"content-type", "application/cloudevents+json; charset=utf-8"}};
  record.value = absl::StrCat(R"({"data":)", data, R"(,"specversion":"1.0","id":"1","source":"/supplier","type":")",
                              type, R"(","traceparent":"00-1-2-01"})");
  return record;
}

stream::Record Binary(absl::string_view type, absl::string_view data) {
  stream::Record record;
  record.headers = {{"ce_specversion", "1.0"},       {"ce_id", "1"},
                    {"ce_source", "/supplier"},      {"ce_type", std::string(type)},
                    {"ce_traceparent", "00-1-2-01"}, {"content-type", "application/json"}};
  record.value = std::string(data);
  return record;
}

TEST(DecodeFeedTest, ReadsAProductInBothModes) {
  for (const stream::Record& record : {Structured(kFeedProduct, kProductData), Binary(kFeedProduct, kProductData)}) {
    const absl::StatusOr<FeedRecord> decoded = DecodeFeed(record);
    ASSERT_THAT(decoded.status(), IsOk());
    EXPECT_EQ(decoded->traceparent, "00-1-2-01");
    const auto& product = std::get<FeedProduct>(decoded->told);
    EXPECT_EQ(product.sku, "SKU-1");
    EXPECT_EQ(product.fields.name, "Hat");
    EXPECT_EQ(product.fields.price, (domain::Money{1250, "EUR"}));
    EXPECT_FALSE(product.fields.description.has_value()) << "what is not told stays as it is";
    EXPECT_FALSE(product.fields.active.has_value());
    EXPECT_FALSE(product.fields.attributes.has_value());
  }
}

TEST(DecodeFeedTest, ARecordWithoutHeadersIsInStructuredMode) {
  stream::Record record = Structured(kFeedProduct, kProductData);
  record.headers.clear();
  EXPECT_THAT(DecodeFeed(record).status(), IsOk());
}

TEST(DecodeFeedTest, ReadsEveryFieldOfAProduct) {
  const absl::StatusOr<FeedRecord> decoded = DecodeFeed(Binary(
      kFeedProduct, R"({"sku":"S","name":"N","description":"D","category":"C","brand":"B","active":false,"other":[1],)"
                    R"("price":{"currencyCode":"JPY","units":7},"attributes":{"colour":"red"}})"));
  ASSERT_THAT(decoded.status(), IsOk());
  const ProductFields& fields = std::get<FeedProduct>(decoded->told).fields;
  EXPECT_EQ(fields.description, "D");
  EXPECT_EQ(fields.category, "C");
  EXPECT_EQ(fields.brand, "B");
  EXPECT_EQ(fields.active, false);
  EXPECT_EQ(fields.price, (domain::Money{7, "JPY"}));
  EXPECT_EQ(fields.attributes, (Attributes{{"colour", "red"}}));
}

TEST(DecodeFeedTest, ReadsACount) {
  const absl::StatusOr<FeedRecord> decoded =
      DecodeFeed(Binary(kFeedStockCount, R"({"sku":"S","available":"5","reason":"inventory"})"));
  ASSERT_THAT(decoded.status(), IsOk());
  const auto& count = std::get<FeedStockCount>(decoded->told);
  EXPECT_EQ(count.sku, "S");
  EXPECT_EQ(count.available, 5);
  EXPECT_EQ(count.reason, "inventory");
}

TEST(DecodeFeedTest, ReadsACustomer) {
  const absl::StatusOr<FeedRecord> decoded = DecodeFeed(
      Binary(kFeedCustomer, R"({"id":"CUST-1","name":"Ada","email":"ada@example.com","order_updates":false})"));
  ASSERT_THAT(decoded.status(), IsOk());
  const auto& customer = std::get<FeedCustomer>(decoded->told);
  EXPECT_EQ(customer.id, "CUST-1");
  EXPECT_EQ(customer.fields.name, "Ada");
  EXPECT_EQ(customer.fields.email, "ada@example.com");
  EXPECT_EQ(customer.fields.order_updates, false);
  EXPECT_FALSE(customer.fields.active.has_value());
}

TEST(DecodeFeedTest, TellsEveryRuleThatIsBroken) {
  EXPECT_THAT(
      DecodeFeed(Binary(kFeedProduct, R"({"price":{"currency_code":"XYZ","units":1},"brand":"\u0001"})")).status(),
      StatusIs(Code::kInvalidArgument,
               AllOf(HasSubstr("sku: FIELD_REQUIRED"), HasSubstr("name: FIELD_REQUIRED"),
                     HasSubstr("brand: TEXT_HAS_CONTROL"), HasSubstr("price.currency_code: CURRENCY_UNKNOWN"))));
  EXPECT_THAT(DecodeFeed(Binary(kFeedStockCount, R"({"available":-1})")).status(),
              StatusIs(Code::kInvalidArgument,
                       AllOf(HasSubstr("sku: FIELD_REQUIRED"), HasSubstr("available: STOCK_COUNT_OUT_OF_RANGE"))));
  EXPECT_THAT(
      DecodeFeed(Binary(kFeedCustomer, R"({"id":"a b","email":"x"})")).status(),
      StatusIs(Code::kInvalidArgument, AllOf(HasSubstr("id: CUSTOMER_ID_MALFORMED"), HasSubstr("name: FIELD_REQUIRED"),
                                             HasSubstr("email: EMAIL_MALFORMED"))));
}

struct Poison {
  const char* name;
  stream::Record record;
  const char* reason;
};

stream::Record WithValue(std::string value) {
  stream::Record record;
  record.value = std::move(value);
  return record;
}

class PoisonTest : public ::testing::TestWithParam<Poison> {};

TEST_P(PoisonTest, IsRefusedWithItsReason) {
  EXPECT_THAT(DecodeFeed(GetParam().record).status(), StatusIs(Code::kInvalidArgument, HasSubstr(GetParam().reason)));
}

INSTANTIATE_TEST_SUITE_P(
    Records, PoisonTest,
    ::testing::Values(
        Poison{"Empty", WithValue(""), "JSON"}, Poison{"NoJson", WithValue("\xff"), "JSON"},
        Poison{"NoEvent", WithValue("{}"), "no id, source, type"},
        Poison{"OtherVersion", WithValue(R"({"specversion":"0.3","id":"1","source":"s","type":"t","data":{}})"),
               "specversion is not 1.0"},
        Poison{"OtherType", Binary("ordermesh.feed.price.v1", "{}"), "type is none of the feed's"},
        Poison{"NoData",
               WithValue(R"({"specversion":"1.0","id":"1","source":"s","type":)"
                         R"("ordermesh.feed.product.v1"})"),
               "no data"},
        Poison{"TextForNumber", Binary(kFeedStockCount, R"({"sku":"S","available":"many"})"), "available"},
        Poison{"NumberForText", Binary(kFeedProduct, R"({"sku":7})"), "sku"},
        Poison{"NoObject", Binary(kFeedProduct, "[]"), "JSON"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ordermesh::catalog
