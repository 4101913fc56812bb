#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/limits.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/cloud_event.h"
#include "libs/wire/order_event.h"
#include "libs/wire/order_event_json.h"
#include "libs/wire/test_orders.h"

namespace ordermesh::wire {
namespace {

using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// The message of the order AnOrder, as consumers in other languages see it. Changing it breaks them.
constexpr char kGolden[] =
    R"({"specversion":"1.0","id":"00000000-0000-7000-8000-000000000063","type":"ordermesh.order.accepted.v1",)"
    R"("source":"/ordermesh/orders","subject":"00000000-0000-7000-8000-000000000007","time":"2026-11-18T11:06:40.123456Z",)"
    R"("datacontenttype":"application/json","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",)"
    R"("data":{"orderId":"00000000-0000-7000-8000-000000000007","orderVersion":"1","customerId":"CUST-0001",)"
    R"("state":"ORDER_STATE_ACCEPTED","lines":[{"productId":"00000000-0000-7000-8000-00000000000b","sku":"SKU-0001",)"
    R"("name":"Oak \"Nordic\" chair","quantity":2,"unitPrice":{"currencyCode":"EUR","units":"49","nanos":990000000}},)"
    R"({"productId":"00000000-0000-7000-8000-00000000000c","sku":"SKU-0002","name":"Lampe für Flügel","quantity":1,)"
    R"("unitPrice":{"currencyCode":"EUR","nanos":50000000}}],)"
    R"("total":{"currencyCode":"EUR","units":"100","nanos":30000000},"acceptTime":"2026-11-18T11:06:40.123456Z","caller":"default",)"
    R"("updateTime":"2026-11-18T11:06:40.123456Z"}})";

// What is new in an event since the first release.
constexpr char kSinceTheFirstRelease[] = R"(,"caller":"default","updateTime":"2026-11-18T11:06:40.123456Z")";

OutboxRow ARow(const std::string& headers) {
  static const std::string subject = AnOrder().id.ToString();
  return {testing::FakeIds::Number(99), kOrderAccepted, subject, headers, AnOrder().created_at};
}
CloudEvent AnEnvelope() { return EnvelopeOf(ARow(MakeOutboxHeaders(kTraceparent))); }

void ExpectTheOrder(const OrderEventData& data) {
  const domain::Order order = AnOrder();
  EXPECT_EQ(data.order_id, order.id);
  EXPECT_EQ(data.order_version, 1);
  EXPECT_EQ(data.customer_id, "CUST-0001");
  EXPECT_EQ(data.state, domain::OrderState::kAccepted);
  EXPECT_EQ(data.total, order.content.total);
  EXPECT_EQ(data.accept_time, order.created_at);
  EXPECT_EQ(data.previous_order_version, 0);
  EXPECT_EQ(data.cancel_reason, domain::CancelReason::kUnspecified);
  ASSERT_EQ(data.lines.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(data.lines[i].product_id, order.content.lines[i].product_id);
    EXPECT_EQ(data.lines[i].sku, order.content.lines[i].sku);
    EXPECT_EQ(data.lines[i].name, order.content.lines[i].name);
    EXPECT_EQ(data.lines[i].quantity, order.content.lines[i].quantity);
    EXPECT_EQ(data.lines[i].unit_price_minor, order.content.lines[i].unit_price_minor);
  }
}

TEST(OrderEventTest, ComesBackFromItsBytes) {
  absl::StatusOr<OrderEventData> data = DecodeOrderEvent(EncodeOrderEvent(AnOrder()));
  ASSERT_TRUE(data.ok()) << data.status();
  ExpectTheOrder(*data);
  EXPECT_EQ(data->caller, "default");
  EXPECT_EQ(data->update_time, AnOrder().created_at);
}

TEST(OrderEventTest, ALaterEventSaysWhatItFollowsWhenAndWhy) {
  domain::Order order = AnOrder();
  order.state = domain::OrderState::kCancelled;
  order.version = 3;
  order.updated_at += absl::Hours(2);
  order.cancel_reason = domain::CancelReason::kPaymentExpired;
  absl::StatusOr<OrderEventData> data = DecodeOrderEvent(EncodeOrderEvent(order));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->previous_order_version, 2);
  EXPECT_EQ(data->accept_time, order.created_at);
  EXPECT_EQ(data->update_time, order.updated_at);
  EXPECT_EQ(data->cancel_reason, domain::CancelReason::kPaymentExpired);
  absl::StatusOr<std::string> json = ToStructuredJson(AnEnvelope(), EncodeOrderEvent(order));
  ASSERT_TRUE(json.ok());
  EXPECT_THAT(*json, HasSubstr(R"("updateTime":"2026-11-18T13:06:40.123456Z","previousOrderVersion":"2",)"
                               R"("cancelReason":"CANCEL_REASON_PAYMENT_EXPIRED"}})"));
  absl::StatusOr<StructuredEvent> event = FromStructuredJson(*json);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->data.previous_order_version, 2);
  EXPECT_EQ(event->data.update_time, order.updated_at);
  EXPECT_EQ(event->data.cancel_reason, domain::CancelReason::kPaymentExpired);
}

TEST(OrderEventTest, OneOfTheFirstReleaseIsReadInBothForms) {
  events::v1::OrderEvent old;
  ASSERT_TRUE(old.ParseFromString(EncodeOrderEvent(AnOrder())));
  old.clear_caller();
  old.clear_update_time();
  absl::StatusOr<OrderEventData> data = DecodeOrderEvent(old.SerializeAsString());
  ASSERT_TRUE(data.ok()) << data.status();
  ExpectTheOrder(*data);
  EXPECT_EQ(data->caller, "");
  EXPECT_EQ(data->update_time, std::nullopt);

  const std::string body = absl::StrReplaceAll(kGolden, {{kSinceTheFirstRelease, ""}});
  ASSERT_NE(body, kGolden);
  absl::StatusOr<StructuredEvent> event = FromStructuredJson(body);
  ASSERT_TRUE(event.ok()) << event.status();
  ExpectTheOrder(event->data);
  EXPECT_EQ(event->data.caller, "");
  EXPECT_EQ(event->data.update_time, std::nullopt);
}

TEST(OrderEventTest, CarriesNoPersonalData) {
  const std::string payload = EncodeOrderEvent(AnOrder());
  EXPECT_THAT(payload, Not(HasSubstr("ada@")));
  EXPECT_THAT(payload, Not(HasSubstr("ring twice")));
}

TEST(OrderEventTest, TypesAreThoseOfStates) {
  EXPECT_EQ(EventTypeOf(domain::OrderState::kAccepted), "ordermesh.order.accepted.v1");
  EXPECT_EQ(EventTypeOf(domain::OrderState::kCancelled), "ordermesh.order.cancelled.v1");
  EXPECT_EQ(EventTypeOf(domain::OrderState::kPaid), "ordermesh.order.paid.v1");
  EXPECT_EQ(EventTypeOf(domain::OrderState::kShipped), "ordermesh.order.shipped.v1");
  EXPECT_EQ(EventTypeOf(domain::OrderState::kDelivered), "ordermesh.order.delivered.v1");
  EXPECT_EQ(EventTypeOf(domain::OrderState::kUnspecified), "");
}

TEST(OrderEventTest, NeverExceedsItsBound) {
  domain::Order order = AnOrder();
  order.version = std::numeric_limits<std::int64_t>::max();
  order.state = domain::OrderState::kDelivered;
  order.caller.assign(domain::kMaxCallerBytes, 'c');
  order.cancel_reason = static_cast<domain::CancelReason>(std::numeric_limits<int>::min());
  order.updated_at = order.created_at = absl::FromUnixSeconds(253'402'300'799) + absl::Nanoseconds(999'999'999);
  order.content.total.minor = std::numeric_limits<std::int64_t>::min();
  order.content.lines.clear();
  EXPECT_LE(EncodeOrderEvent(order).size(), OrderEventSizeBound(order.content));
  const std::string name(300, 'n');
  for (int i = 0; i < 100; ++i) {
    order.content.lines.push_back({testing::FakeIds::Number(1), name, name, std::numeric_limits<std::int32_t>::min(),
                                   std::numeric_limits<std::int64_t>::min()});
    ASSERT_LE(EncodeOrderEvent(order).size(), OrderEventSizeBound(order.content));
  }
  EXPECT_GE(2 * EncodeOrderEvent(order).size(), OrderEventSizeBound(order.content));
}

struct Bad {
  std::string name;
  std::function<void(events::v1::OrderEvent&)> spoil;
  std::string field;
};
class BadEventTest : public ::testing::TestWithParam<Bad> {
 protected:
  events::v1::OrderEvent Event() {
    events::v1::OrderEvent event;
    EXPECT_TRUE(event.ParseFromString(EncodeOrderEvent(AnOrder())));
    GetParam().spoil(event);
    return event;
  }
};
TEST_P(BadEventTest, IsRefusedInBothForms) {
  EXPECT_THAT(DecodeOrderEvent(Event().SerializeAsString()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().field)));
  absl::StatusOr<std::string> json = ToStructuredJson(AnEnvelope(), Event().SerializeAsString());
  ASSERT_TRUE(json.ok());
  EXPECT_THAT(FromStructuredJson(*json), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().field)));
}
INSTANTIATE_TEST_SUITE_P(
    Events, BadEventTest,
    ::testing::Values(
        Bad{"NoOrderId", [](auto& e) { e.clear_order_id(); }, "order_id"},
        Bad{"BadOrderId", [](auto& e) { e.set_order_id("7"); }, "order_id"},
        Bad{"NoVersion", [](auto& e) { e.clear_order_version(); }, "order_version"},
        Bad{"NegativeVersion", [](auto& e) { e.set_order_version(-1); }, "order_version"},
        Bad{"NoCustomer", [](auto& e) { e.clear_customer_id(); }, "customer_id"},
        Bad{"NoLines", [](auto& e) { e.clear_lines(); }, "lines"},
        Bad{"BadProductId", [](auto& e) { e.mutable_lines(1)->set_product_id("x"); }, "lines[1].product_id"},
        Bad{"NoQuantity", [](auto& e) { e.mutable_lines(1)->clear_quantity(); }, "lines[1].quantity"},
        Bad{"NoPrice", [](auto& e) { e.mutable_lines(0)->clear_unit_price(); }, "lines[0].unit_price"},
        Bad{"TwoCurrencies", [](auto& e) { e.mutable_total()->set_currency_code("USD"); }, "lines[0].unit_price"},
        Bad{"NoTotal", [](auto& e) { e.clear_total(); }, "total"},
        Bad{"NoAcceptTime", [](auto& e) { e.clear_accept_time(); }, "accept_time"},
        Bad{"NegativePreviousVersion", [](auto& e) { e.set_previous_order_version(-1); }, "previous_order_version"},
        Bad{"PreviousVersionIsItsOwn", [](auto& e) { e.set_previous_order_version(1); }, "previous_order_version"}),
    [](const auto& info) { return info.param.name; });

TEST(OrderEventTest, GarbageIsRefused) {
  for (absl::string_view garbage : {"", "x", "\xFF\xFF\xFF\xFF", "{\"orderId\":1}"}) {
    EXPECT_THAT(DecodeOrderEvent(garbage), StatusIs(absl::StatusCode::kInvalidArgument));
  }
  const std::string payload = EncodeOrderEvent(AnOrder());
  for (std::size_t size = 0; size < payload.size(); ++size) {
    // A cut can leave a shorter event whole; it never crashes, and never gives what the checks forbid.
    absl::StatusOr<OrderEventData> data = DecodeOrderEvent(absl::string_view(payload).substr(0, size));
    EXPECT_FALSE(data.ok() && data->lines.empty());
  }
}

TEST(OrderEventTest, AReasonOfALaterReleaseIsNoError) {
  events::v1::OrderEvent event;
  ASSERT_TRUE(event.ParseFromString(EncodeOrderEvent(AnOrder())));
  event.set_cancel_reason(static_cast<orders::v1::CancelReason>(42));
  EXPECT_EQ(OrderEventFromProto(event).value().cancel_reason, domain::CancelReason::kUnspecified);
  std::string json;
  AppendJson(event, json);
  EXPECT_THAT(json, HasSubstr("\"cancelReason\":42"));
}

TEST(OrderEventTest, AStateOfALaterReleaseIsNoError) {
  events::v1::OrderEvent event;
  ASSERT_TRUE(event.ParseFromString(EncodeOrderEvent(AnOrder())));
  event.set_state(static_cast<orders::v1::OrderState>(42));
  EXPECT_EQ(OrderEventFromProto(event).value().state, domain::OrderState::kUnspecified);
  std::string json;
  AppendJson(event, json);
  EXPECT_THAT(json, HasSubstr("\"state\":42"));
}

TEST(CloudEventTest, TheEnvelopeComesFromTheOutbox) {
  const CloudEvent event = AnEnvelope();
  EXPECT_EQ(event.id, testing::FakeIds::Number(99));
  EXPECT_EQ(event.type, kOrderAccepted);
  EXPECT_EQ(event.source, "/ordermesh/orders");
  EXPECT_EQ(event.subject, "00000000-0000-7000-8000-000000000007");
  EXPECT_EQ(event.time, AnOrder().created_at);
  EXPECT_EQ(event.traceparent, kTraceparent);
}

TEST(CloudEventTest, BadOutboxHeadersDoNotStopAnEvent) {
  for (const char* headers :
       {"", "{}", "null", "[]", "{\"traceparent\":7}", "{\"traceparent\":\"x\"", "{\"other\":{}}"}) {
    EXPECT_EQ(EnvelopeOf(ARow(headers)).traceparent, "") << headers;
  }
  EXPECT_EQ(EnvelopeOf(ARow(R"({"other": [1], "traceparent": "00-x"})")).traceparent, "00-x");
  EXPECT_EQ(MakeOutboxHeaders(""), "{}");
}

TEST(KafkaHeadersTest, AreThoseOfBinaryMode) {
  EXPECT_THAT(
      ToKafkaHeaders(AnEnvelope()),
      ::testing::ElementsAre(
          ::testing::Pair("ce_specversion", "1.0"), ::testing::Pair("ce_id", "00000000-0000-7000-8000-000000000063"),
          ::testing::Pair("ce_type", "ordermesh.order.accepted.v1"), ::testing::Pair("ce_source", "/ordermesh/orders"),
          ::testing::Pair("ce_subject", "00000000-0000-7000-8000-000000000007"),
          ::testing::Pair("ce_time", "2026-11-18T11:06:40.123456Z"),
          ::testing::Pair("content-type", "application/protobuf"), ::testing::Pair("traceparent", kTraceparent)));
}

TEST(KafkaHeadersTest, GiveTheEnvelopeBack) {
  EXPECT_EQ(FromKafkaHeaders(ToKafkaHeaders(AnEnvelope())).value(), AnEnvelope());
  CloudEvent untraced = AnEnvelope();
  untraced.traceparent.clear();
  EXPECT_EQ(FromKafkaHeaders(ToKafkaHeaders(untraced)).value(), untraced);
}

TEST(KafkaHeadersTest, UnknownOnesArePassedOverAndTheLastOfANameCounts) {
  Headers headers = ToKafkaHeaders(AnEnvelope());
  headers.insert(headers.begin(), {"ce_type", "older"});
  headers.emplace_back("id", "x");
  headers.emplace_back("ce_other", "x");
  EXPECT_EQ(FromKafkaHeaders(headers).value(), AnEnvelope());
}

TEST(KafkaHeadersTest, RefusesWhatIsMissingOrMalformed) {
  const std::vector<std::pair<std::string, std::string>> bad = {{"ce_specversion", "0.3"},
                                                                {"ce_id", "7"},
                                                                {"ce_type", ""},
                                                                {"ce_source", ""},
                                                                {"ce_time", "yesterday"},
                                                                {"ce_time", "infinite-future"},
                                                                {"ce_time", "10000-01-01T00:00:00Z"}};
  for (const auto& [name, value] : bad) {
    Headers without, with;
    for (const auto& header : ToKafkaHeaders(AnEnvelope())) {
      if (header.first != name) without.push_back(header);
      with.emplace_back(header.first, header.first == name ? value : header.second);
    }
    EXPECT_THAT(FromKafkaHeaders(without), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name.substr(3))));
    EXPECT_THAT(FromKafkaHeaders(with), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name.substr(3))));
  }
  EXPECT_THAT(FromKafkaHeaders({}), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(StructuredJsonTest, IsTheGoldenMessage) {
  EXPECT_EQ(ToStructuredJson(AnEnvelope(), EncodeOrderEvent(AnOrder())).value(), kGolden);
}

TEST(StructuredJsonTest, GivesEnvelopeAndOrderBack) {
  absl::StatusOr<StructuredEvent> event = FromStructuredJson(kGolden);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->envelope, AnEnvelope());
  ExpectTheOrder(event->data);
}

TEST(StructuredJsonTest, TakesWhatOtherProducersMayWrite) {
  // Other order, spaces, proto names, numbers for strings, offsets, nulls, unknown attributes and extensions.
  const std::string other = absl::StrReplaceAll(
      kGolden, {{"\"orderVersion\":\"1\"", "\"order_version\": 1, \"later\": {\"x\": [null]}"},
                {"\"datacontenttype\":\"application/json\"", "\"datacontenttype\":null,\"subject2\":[1]"},
                {"\"time\":\"2026-11-18T11:06:40.123456Z\"", "\"time\":\"2026-11-18T13:06:40.123456+02:00\""},
                {"\"state\":\"ORDER_STATE_ACCEPTED\"", "\"state\":1"}});
  absl::StatusOr<StructuredEvent> event = FromStructuredJson(other);
  ASSERT_TRUE(event.ok()) << event.status();
  EXPECT_EQ(event->envelope, AnEnvelope());
  ExpectTheOrder(event->data);
}

struct Edit {
  std::string name, from, to, message;
};
class BadMessageTest : public ::testing::TestWithParam<Edit> {};
TEST_P(BadMessageTest, IsRefusedWithAReason) {
  const std::string body = absl::StrReplaceAll(kGolden, {{GetParam().from, GetParam().to}});
  ASSERT_NE(body, kGolden);
  absl::StatusOr<StructuredEvent> event = FromStructuredJson(body);
  EXPECT_THAT(event, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(GetParam().message)));
  EXPECT_THAT(event, StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("canary"))));
}
INSTANTIATE_TEST_SUITE_P(
    Messages, BadMessageTest,
    ::testing::Values(
        Edit{"NoId", "\"id\":", "\"no\":", "id is"}, Edit{"BadId", "000000063", "canary", "id is"},
        Edit{"OldVersion", "\"1.0\"", "\"0.3\"", "specversion"}, Edit{"NoType", "\"type\":", "\"no\":", "type is"},
        Edit{"NoSource", "\"source\":", "\"no\":", "source is"}, Edit{"NoTime", "\"time\":", "\"no\":", "time is"},
        Edit{"NumberForText", "\"1.0\"", "1.0", "JSON"}, Edit{"NoData", "\"data\":", "\"no\":", "data is"},
        Edit{"DataIsText", "\"data\":{", "\"data\":\"canary\",\"no\":{", "JSON"},
        Edit{"CutShort", "\"updateTime\":\"2026-11-18T11:06:40.123456Z\"}}", "\"update", "JSON"},
        Edit{"TextBehind", "Z\"}}", "Z\"}} canary", "JSON"},
        Edit{"BadTime", "\"acceptTime\":\"2026", "\"acceptTime\":\"canary", "RFC 3339"},
        Edit{"InfiniteTime", "\"acceptTime\":\"2026-11-18T11:06:40.123456Z\"", "\"acceptTime\":\"infinite-future\"",
             "RFC 3339"},
        Edit{"TimeTooLate", "\"acceptTime\":\"2026", "\"acceptTime\":\"12026", "RFC 3339"},
        Edit{"TimeTooEarly", "\"acceptTime\":\"2026", "\"acceptTime\":\"0000", "RFC 3339"},
        Edit{"QuantityTooLarge", "\"quantity\":2", "\"quantity\":2147483648", "32-bit"},
        Edit{"QuantityIsText", "\"quantity\":2", "\"quantity\":\"canary\"", "integer"},
        Edit{"LineIsNumber", "\"lines\":[", "\"lines\":[7,", "expected"}),
    [](const auto& info) { return info.param.name; });

TEST(StructuredJsonTest, APayloadThatIsNoEventIsRefused) {
  EXPECT_THAT(ToStructuredJson(AnEnvelope(), "\xFF\xFF"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ordermesh::wire
