// The load tool's parts: what it is told, what it sends, what it reports.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include <google/protobuf/util/json_util.h>

#include "ordermesh/orders/v1/orders.pb.h"
#include "tools/bench/options.h"
#include "tools/bench/report.h"
#include "tools/bench/request_pool.h"

namespace ordermesh::bench {
namespace {

using ::testing::HasSubstr;

TEST(OptionsTest, ReadsWhatItIsTold) {
  absl::StatusOr<Options> options =
      ParseOptions({"--target=h:1", "--rate=0.5", "--skus=7-9", "--customers=3", "--lines=1-2", "--max_rate",
                    "--http=true", "--seed=18446744073709551615"});
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->target, "h:1");
  EXPECT_EQ(options->rate, 0.5);
  EXPECT_EQ(options->skus.first, 7);
  EXPECT_EQ(options->skus.last, 9);
  EXPECT_EQ(options->customers.last, 3);
  EXPECT_TRUE(options->max_rate);
  EXPECT_TRUE(options->http);
  EXPECT_EQ(options->seed, ~std::uint64_t{0});
}

TEST(OptionsTest, RefusesWhatItCannotMean) {
  for (const char* bad : {"--rate=0", "--rate=x", "--skus=9-7", "--skus=1-2-3", "--lines=0-2", "--connections=0",
                          "--nothing=1", "rate=5", "--max_rate=perhaps", "--lines=5-2000"}) {
    EXPECT_EQ(ParseOptions({bad}).status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
}

orders::v1::CreateOrderRequest Decode(const std::string& message) {
  EXPECT_EQ(message[0], 0);
  const std::size_t length = static_cast<std::uint8_t>(message[3]) << 8 | static_cast<std::uint8_t>(message[4]);
  EXPECT_EQ(length, message.size() - 5);
  orders::v1::CreateOrderRequest request;
  EXPECT_TRUE(request.ParseFromString(message.substr(5)));
  return request;
}

TEST(RequestPoolTest, EveryRequestIsAnOrderWithinTheRangesAndHasAnIdOfItsOwn) {
  Options options;
  options.customers = {5, 6};
  options.skus = {10, 19};
  options.lines = {2, 4};
  options.quantity = {3, 3};
  const RequestPool pool(options, 0xabc);
  std::set<std::string> ids;
  for (std::uint64_t number = 0; number < 10'000; ++number) {
    const orders::v1::CreateOrderRequest request = Decode(pool.Make(number).body);
    EXPECT_TRUE(ids.insert(request.request_id()).second);
    EXPECT_EQ(request.request_id().substr(0, 16), "0000000000000abc");
    EXPECT_THAT(request.order().customer_id(), ::testing::AnyOf("CUST-0005", "CUST-0006"));
    EXPECT_GE(request.order().lines_size(), 2);
    EXPECT_LE(request.order().lines_size(), 4);
    std::set<std::string> skus;
    for (const auto& line : request.order().lines()) {
      EXPECT_TRUE(skus.insert(line.sku()).second) << "a product twice";
      EXPECT_THAT(line.sku(), HasSubstr("SKU-001"));
      EXPECT_EQ(line.quantity(), 3);
    }
  }
}

TEST(RequestPoolTest, TheSameSeedGivesTheSameOrders) {
  EXPECT_EQ(RequestPool(Options(), 1).Make(17).body, RequestPool(Options(), 1).Make(17).body);
}

TEST(RequestPoolTest, TheSameOrdersAsJson) {
  Options options;
  const RequestPool grpc(options, 7);
  options.http = true;
  const RequestPool http(options, 7);
  for (std::uint64_t number : {0, 1, 4097}) {
    const orders::v1::CreateOrderRequest expected = Decode(grpc.Make(number).body);
    const Request request = http.Make(number);
    EXPECT_EQ(request.idempotency_key, expected.request_id());
    orders::v1::Order order;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(request.body, &order).ok()) << request.body;
    EXPECT_EQ(order.SerializeAsString(), expected.order().SerializeAsString());
  }
}

TEST(ReportTest, CountsByCodeAndMeasuresOnlyWhatWasAccepted) {
  Report report;
  for (int i = 1; i <= 1000; ++i) report.Answered(0, absl::Milliseconds(i));
  report.Answered(8, absl::Seconds(100));
  EXPECT_EQ(report.ok(), 1000u);
  EXPECT_DOUBLE_EQ(report.Percentile(0.5), 501);
  EXPECT_DOUBLE_EQ(report.Percentile(0.99), 991);
  EXPECT_DOUBLE_EQ(report.Longest(), 1000);
  const std::string json = report.Json({.scheduled = 1001, .sent = 1001, .seconds = 2});
  EXPECT_THAT(json, HasSubstr("\"codes\": {\"OK\": 1000, \"RESOURCE_EXHAUSTED\": 1}"));
  EXPECT_THAT(json, HasSubstr("\"ok_per_second\": 500.0"));
}

TEST(ReportTest, WithoutAnAnswerThereIsNothingToDivideBy) {
  EXPECT_THAT(Report().Json({}), HasSubstr("\"p99_ms\": 0.000"));
  EXPECT_EQ(CodeName(14), "UNAVAILABLE");
  EXPECT_EQ(CodeName(99), "CODE_99");
}

}  // namespace
}  // namespace ordermesh::bench
