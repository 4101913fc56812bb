#include "services/validation/api/validation_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <utility>
#include <vector>

#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/status.h"
#include "services/validation/testing/catalog.h"

namespace ordermesh::validation {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;

class ACall : public mesh::CallContext {
 public:
  ACall(aio::Lane& lane, base::Random& random)
      : mesh::CallContext(base::TraceContext::Continue("", random)), lane_(lane) {}
  base::Deadline deadline() const override { return base::Deadline::At(base::SteadyTime::InfiniteFuture()); }
  bool cancelled() const override { return false; }
  absl::string_view metadata(absl::string_view) const override { return {}; }
  std::vector<absl::string_view> metadata_values(absl::string_view) const override { return {}; }
  std::stop_token gone() const override { return {}; }
  aio::Lane& lane() const override { return lane_; }

 private:
  aio::Lane& lane_;
};

// Gives what it was told to, then the end; takes `takes` answers.
class AStream : public mesh::Stream<v1::StreamValidateOrdersRequest, v1::StreamValidateOrdersResponse> {
 public:
  aio::Task<bool> Read(v1::StreamValidateOrdersRequest& message) override {
    if (sent.empty()) co_return false;
    message = std::move(sent.front());
    sent.pop_front();
    co_return true;
  }
  aio::Task<bool> Write(const v1::StreamValidateOrdersResponse& message) override {
    if (takes-- == 0) co_return false;
    received.push_back(message);
    co_return true;
  }

  std::deque<v1::StreamValidateOrdersRequest> sent;
  std::vector<v1::StreamValidateOrdersResponse> received;
  int takes = -1;  // all
};

orders::v1::Order AnOrder(int quantity = 2) {
  orders::v1::Order order;
  order.set_customer_id("CUST-1");
  order.add_lines()->set_sku("SKU-1");
  order.mutable_lines(0)->set_quantity(quantity);
  return order;
}

class ValidationServiceTest : public ::testing::Test {
 protected:
  ValidationServiceTest() {
    current_.Set({ASnapshotOf({AProduct(1), AProduct(2, 5)}, {ACustomer(1)}), clock_.Now(), clock_.SteadyNow()});
  }
  v1::BatchValidateOrdersResponse Batch(const std::vector<orders::v1::Order>& orders, grpc::Status* status = nullptr) {
    v1::BatchValidateOrdersRequest request;
    for (const auto& order : orders) *request.add_orders() = order;
    v1::BatchValidateOrdersResponse reply;
    const grpc::Status ended = aio::RunSync(lane_, [&] { return service_.BatchValidate(call_, request, reply); });
    if (status == nullptr) {
      EXPECT_THAT(ended, IsOk());
    } else {
      *status = ended;
    }
    return reply;
  }
  static std::string ReasonOf(const grpc::Status& status) {
    return domain::RefusalOf(wire::FromGrpcStatus(status)).reason;
  }

  ordermesh::testing::FakeClock clock_;
  ordermesh::testing::FakeRandom random_;
  aio::ThreadLane lane_{clock_};
  ACall call_{lane_, random_};
  base::Metrics metrics_;
  CurrentCatalog current_;
  ValidateOrders validate_{current_, absl::Seconds(30), OrderMetrics(metrics_), clock_};
  ValidationService service_{validate_, OrderMetrics(metrics_)};
};

TEST_F(ValidationServiceTest, PricesOneOrder) {
  v1::ValidateOrderRequest request;
  *request.mutable_order() = AnOrder();
  v1::ValidateOrderResponse reply;
  EXPECT_THAT(aio::RunSync(lane_, [&] { return service_.Validate(call_, request, reply); }), IsOk());
  EXPECT_EQ(reply.validation().order().total().units(), 39);
  EXPECT_EQ(reply.validation().order().total().nanos(), 980'000'000);
  EXPECT_EQ(reply.validation().order().contact().email(), "customer1@example.com");
  EXPECT_EQ(reply.validation().order().lines(0).name(), "Product 1");
  EXPECT_TRUE(reply.validation().violations().empty());
  EXPECT_EQ(reply.snapshot_time().seconds(), absl::ToUnixSeconds(clock_.Now()));
}

TEST_F(ValidationServiceTest, AnswersABatchInItsOrder) {
  orders::v1::Order unknown = AnOrder();
  unknown.mutable_lines(0)->set_sku("NONE");
  const auto reply = Batch({AnOrder(1), AnOrder(0), unknown, AnOrder(3)});
  ASSERT_EQ(reply.validations_size(), 4);
  EXPECT_EQ(reply.validations(0).order().lines(0).quantity(), 1);
  ASSERT_EQ(reply.validations(1).violations_size(), 1);
  EXPECT_EQ(reply.validations(1).violations(0).rule(), "QUANTITY_OUT_OF_RANGE");
  EXPECT_EQ(reply.validations(1).violations(0).kind(), v1::VIOLATION_KIND_FIELD);
  EXPECT_FALSE(reply.validations(1).has_order());
  EXPECT_EQ(reply.validations(2).violations(0).rule(), "PRODUCT_UNKNOWN");
  EXPECT_EQ(reply.validations(2).violations(0).kind(), v1::VIOLATION_KIND_STATE);
  EXPECT_EQ(reply.validations(3).order().lines(0).quantity(), 3);
  EXPECT_EQ(OrderMetrics(metrics_).valid.Value(), 2);
  EXPECT_EQ(OrderMetrics(metrics_).invalid.Value(), 2);
  EXPECT_EQ(OrderMetrics(metrics_).batch_orders.CountAndSum(), (std::pair<std::uint64_t, double>(1, 4)));
}

TEST_F(ValidationServiceTest, ABatchHasItsLimits) {
  EXPECT_EQ(Batch(std::vector<orders::v1::Order>(256, AnOrder())).validations_size(), 256);
  for (std::size_t size : {0, 257}) {
    grpc::Status status;
    Batch(std::vector<orders::v1::Order>(size, AnOrder()), &status);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(ReasonOf(status), domain::reasons::kBatchSizeOutOfRange);
  }
}

TEST_F(ValidationServiceTest, PricesComeFromTheCatalogueNeverFromTheClient) {
  orders::v1::Order order = AnOrder();
  order.mutable_lines(0)->mutable_unit_price()->set_units(1);
  order.mutable_total()->set_units(1);
  const auto reply = Batch({order});
  ASSERT_EQ(reply.validations(0).violations_size(), 2);
  EXPECT_EQ(reply.validations(0).violations(0).field(), "total");
  EXPECT_EQ(reply.validations(0).violations(1).field(), "lines[0].unit_price");
  EXPECT_EQ(reply.validations(0).violations(1).rule(), "FIELD_NOT_ALLOWED");
}

TEST_F(ValidationServiceTest, AStaleOrMissingCatalogueChecksNothing) {
  clock_.Advance(absl::Seconds(30));
  Batch({AnOrder()});
  clock_.Advance(absl::Milliseconds(1));
  grpc::Status status;
  EXPECT_EQ(Batch({AnOrder()}, &status).validations_size(), 0);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(ReasonOf(status), domain::reasons::kCatalogStale);

  current_.Set({});
  Batch({AnOrder()}, &status);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ValidationServiceTest, AnswersAStreamInItsOrderWithItsNumbers) {
  AStream stream;
  for (std::uint64_t sequence : {7, 3, 3}) {
    stream.sent.emplace_back().set_sequence(sequence);
    *stream.sent.back().mutable_order() = AnOrder(stream.sent.size() == 2 ? 0 : 1);
  }
  EXPECT_THAT(aio::RunSync(lane_, [&] { return service_.StreamValidate(call_, stream); }), IsOk());
  ASSERT_EQ(stream.received.size(), 3u);
  EXPECT_EQ(stream.received[0].sequence(), 7u);
  EXPECT_TRUE(stream.received[0].validation().has_order());
  EXPECT_EQ(stream.received[1].sequence(), 3u);
  EXPECT_EQ(stream.received[1].validation().violations_size(), 1);
  EXPECT_FALSE(stream.received[1].validation().has_order());
  EXPECT_TRUE(stream.received[2].validation().violations().empty()) << "nothing is left from the one before";
}

TEST_F(ValidationServiceTest, AStreamEndsWhenTheCatalogueIsStaleOrTheClientGone) {
  AStream stale;
  stale.sent.emplace_back();
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(aio::RunSync(lane_, [&] { return service_.StreamValidate(call_, stale); }),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(stale.received.empty());

  clock_.Advance(-absl::Minutes(1));
  AStream gone;
  gone.sent.resize(5);
  gone.takes = 1;
  EXPECT_THAT(aio::RunSync(lane_, [&] { return service_.StreamValidate(call_, gone); }), IsOk());
  EXPECT_EQ(gone.received.size(), 1u);
  EXPECT_EQ(gone.sent.size(), 3u);
}

}  // namespace
}  // namespace ordermesh::validation
