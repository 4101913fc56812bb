#include "services/analytics/app/decode_record.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

TEST(DecodeRecordTest, ReadsAnAcceptedOrder) {
  SaleEvent event = AnAcceptedOrder(7, 3);
  event.lines.push_back({ProductNumber(8), "SKU-8", 1, 1999});
  absl::StatusOr<std::optional<SaleEvent>> decoded = DecodeRecord(RecordOf(event));
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(**decoded, event);
}

TEST(DecodeRecordTest, ReadsAValueBehindASchemaRegistrysFraming) {
  const SaleEvent event = AnAcceptedOrder(7, 3);
  Record record = RecordOf(event);
  record.value.insert(0, std::string("\0\0\0\0\7\0", 6));
  absl::StatusOr<std::optional<SaleEvent>> decoded = DecodeRecord(record);
  ASSERT_THAT(decoded, IsOk());
  EXPECT_EQ(**decoded, event);
}

TEST(DecodeRecordTest, ReadsWhatBecameOfAnOrderWithTheTimeOfItsAcceptance) {
  for (const SaleEvent& event :
       {PaymentOf(AnAcceptedOrder()), ShipmentOf(AnAcceptedOrder()), CancellationOf(AnAcceptedOrder())}) {
    absl::StatusOr<std::optional<SaleEvent>> decoded = DecodeRecord(RecordOf(event));
    ASSERT_THAT(decoded, IsOk());
    EXPECT_EQ(**decoded, event);
  }
}

// Whatever their data is: it is not looked at.
TEST(DecodeRecordTest, PassesOverEventsOfOrdersThatChangeNoSales) {
  for (const char* type : {"ordermesh.order.delivered.v1", "ordermesh.order.paid.v2", "ordermesh.order.returned.v7"}) {
    for (const char* value : {"", "\xff"}) {
      Record record = WithHeader(RecordOf(AnAcceptedOrder()), "ce_type", type);
      record.value += value;
      absl::StatusOr<std::optional<SaleEvent>> decoded = DecodeRecord(record);
      ASSERT_THAT(decoded, IsOk());
      EXPECT_FALSE(decoded->has_value()) << type;
    }
  }
}

struct Poison {
  const char* name;
  Record record;
  const char* reason;
};

class DecodePoisonTest : public ::testing::TestWithParam<Poison> {};

TEST_P(DecodePoisonTest, IsRefusedWithItsReason) {
  EXPECT_THAT(DecodeRecord(GetParam().record),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().reason)));
}

Record WithValue(std::string value) {
  Record record = RecordOf(AnAcceptedOrder());
  record.value = std::move(value);
  return record;
}
Record WithLine(SaleLine line) {
  SaleEvent event = AnAcceptedOrder();
  event.lines[0] = std::move(line);
  return RecordOf(event);
}
Record WithoutLines() {
  SaleEvent event = AnAcceptedOrder();
  event.lines.clear();
  return RecordOf(event);
}

INSTANTIATE_TEST_SUITE_P(
    Tables, DecodePoisonTest,
    ::testing::Values(
        Poison{"Garbage", Garbage(), "specversion"},
        Poison{"NoId", WithHeader(RecordOf(AnAcceptedOrder()), "ce_id", nullptr), "id is missing or malformed"},
        Poison{"IdThatIsNoUuid", WithHeader(RecordOf(AnAcceptedOrder()), "ce_id", "17"), "id is missing or malformed"},
        Poison{"NoType", WithHeader(RecordOf(AnAcceptedOrder()), "ce_type", nullptr), "type is missing"},
        Poison{"AnotherSystemsType", WithHeader(RecordOf(AnAcceptedOrder()), "ce_type", "com.example.cat"),
               "not one of an order"},
        Poison{"AnotherSpecVersion", WithHeader(RecordOf(AnAcceptedOrder()), "ce_specversion", "2.0"), "specversion"},
        Poison{"EmptyValue", WithValue(""), "order_id"},
        Poison{"TruncatedValue", WithValue(RecordOf(AnAcceptedOrder()).value.substr(0, 20)), "not an ordermesh"},
        Poison{"AnotherMessage",
               WithValue("\x0a\x03"
                         "abc"),
               "order_id"},
        Poison{"TextThatIsNotUtf8", WithValue("\x1a\x02\xc3\x28"), "not an ordermesh"},
        Poison{"NoLines", WithoutLines(), "lines"},
        Poison{"SkuWithNul", WithLine({ProductNumber(1), std::string("A\0B", 3), 1, 250}), "U+0000"},
        Poison{"QuantityZero", WithLine({ProductNumber(1), "SKU-1", 0, 250}), "lines[0].quantity"},
        Poison{"QuantityNegative", WithLine({ProductNumber(1), "SKU-1", -4, 250}), "lines[0].quantity"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ordermesh::analytics
