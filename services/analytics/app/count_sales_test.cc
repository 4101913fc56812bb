#include "services/analytics/app/count_sales.h"

#include <memory>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/stream/group_member.h"
#include "libs/stream/testing/fake_dead_letters.h"
#include "libs/stream/testing/fake_record_source.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/testing/counting_world.h"
#include "services/analytics/testing/fake_rollup_store.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A member of the group that counts.
class CountSalesTest : public ::testing::Test {
 protected:
  CountSalesTest() {
    EXPECT_THAT(member_.Open([&](stream::RecordSource::Callbacks callbacks) {
      auto source = std::make_unique<stream::FakeRecordSource>(log_, std::move(callbacks));
      source_ = source.get();
      return source;
    }),
                IsOk());
    source_->Assign({kZero, kOne});
  }

  void Append(const SaleEvent& event, int partition = 0) { log_.Append({kTopic, partition}, RecordOf(event)); }
  // As long as there is something to do: what is not due becomes due.
  void StepUntilCounted() {
    for (int i = 0; i < 5; ++i) {
      ASSERT_THAT(member_.Step(), IsOk());
      clock_.Advance(absl::Seconds(1));
    }
  }
  Amounts Total() {
    SalesQuery query;
    query.start = absl::FromUnixSeconds(0);
    query.end = absl::FromUnixSeconds(4'000'000'000);
    absl::StatusOr<std::vector<SalesFigure>> figures = store_.QuerySales(query);
    EXPECT_THAT(figures, IsOk());
    return figures->empty() ? Amounts() : figures->at(0).amounts;
  }
  Position Stored(const Partition& partition) { return store_.Load(partition).value_or(Position()); }

  static constexpr char kTopic[] = "orders.events";
  const Partition kZero{kTopic, 0}, kOne{kTopic, 1};
  FakeClock clock_;
  FakeRollups rollups_{clock_};
  FakeRollupStore store_{rollups_};
  stream::FakeLog log_;
  stream::FakeDeadLetters dead_letters_;
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
  CountSales count_sales_{store_, metrics_, clock_};
  stream::GroupMember member_{{.max_records = 100}, count_sales_, dead_letters_, metrics_.consumer, clock_};
  stream::FakeRecordSource* source_ = nullptr;
};

TEST_F(CountSalesTest, CountsAnOrderAndTellsHowLateItIs) {
  Append(AnAcceptedOrder(1, 2, clock_.Now() - absl::Seconds(3)));
  ASSERT_THAT(member_.Step(), IsOk());
  EXPECT_EQ(Total(), (Amounts{{1, 2, 500}}));
  EXPECT_EQ(Stored(kZero).next_offset, 1);
  EXPECT_EQ(metrics_.accepted.Value(), 1);
  EXPECT_EQ(metrics_.delay.CountAndSum(), std::make_pair(std::uint64_t{1}, 3.0));
}

TEST_F(CountSalesTest, CountsRepeatsOnce) {
  const SaleEvent order = AnAcceptedOrder();
  for (int i = 0; i < 3; ++i) Append(order, i % 2);
  StepUntilCounted();
  EXPECT_EQ(Total().accepted.orders, 1);
  EXPECT_EQ(metrics_.repeats.Value(), 2);
  EXPECT_EQ(metrics_.accepted.Value(), 1);
}

TEST_F(CountSalesTest, TellsADelayOfAcceptedOrdersOnly) {
  const SaleEvent order = AnAcceptedOrder();
  for (const SaleEvent& event : {PaymentOf(order), ShipmentOf(order), CancellationOf(order)}) Append(event);
  StepUntilCounted();
  EXPECT_EQ(Total(), (Amounts{{}, {1, 2, 500}, {1, 2, 500}, {1, 2, 500}}));
  EXPECT_EQ(metrics_.paid.Value(), 1);
  EXPECT_EQ(metrics_.shipped.Value(), 1);
  EXPECT_EQ(metrics_.cancelled.Value(), 1);
  EXPECT_EQ(metrics_.delay.CountAndSum().first, 0u);
  Append(order);
  StepUntilCounted();
  Append(order);
  StepUntilCounted();
  EXPECT_EQ(metrics_.delay.CountAndSum().first, 1u);
}

TEST_F(CountSalesTest, EventsThatChangeNoSalesMoveThePartition) {
  log_.Append(kZero, WithHeader(RecordOf(AnAcceptedOrder()), "ce_type", "ordermesh.order.delivered.v1"));
  ASSERT_THAT(member_.Step(), IsOk());
  EXPECT_EQ(Stored(kZero).next_offset, 1);
  EXPECT_EQ(metrics_.ignored.Value(), 1);
  EXPECT_THAT(dead_letters_.letters, IsEmpty());
}

TEST_F(CountSalesTest, BuriesWhatIsNoEventAndCountsItsNeighbours) {
  Append(AnAcceptedOrder());
  log_.Append(kZero, Garbage());
  Append(AnAcceptedOrder());
  ASSERT_THAT(member_.Step(), IsOk());
  EXPECT_EQ(Total().accepted.orders, 2);
  ASSERT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(dead_letters_.letters[0].offset, 1);
  EXPECT_THAT(dead_letters_.letters[0].reason, HasSubstr("specversion"));
}

TEST_F(CountSalesTest, FindsTheOneEventThatTheDatabaseRefuses) {
  for (int i = 0; i < 20; ++i) Append(i == 13 ? AnUncountableOrder() : AnAcceptedOrder());
  StepUntilCounted();
  EXPECT_EQ(Total().accepted.orders, 19);
  ASSERT_THAT(dead_letters_.letters, SizeIs(1));
  EXPECT_EQ(dead_letters_.letters[0].offset, 13);
  EXPECT_THAT(dead_letters_.letters[0].reason, HasSubstr("can't be counted"));
  EXPECT_EQ(Stored(kZero).next_offset, 20);
}

TEST_F(CountSalesTest, ReadingFromTheStartChangesNothing) {
  for (int i = 0; i < 10; ++i) Append(AnAcceptedOrder());
  StepUntilCounted();
  const Amounts before = Total();
  ASSERT_THAT(store_.Move(kZero, 10, 0, 0), IsOk());
  source_->Assign({kZero});
  StepUntilCounted();
  EXPECT_EQ(Total(), before);
  EXPECT_EQ(metrics_.repeats.Value(), 10);
}

class FakeCountingWorld : public CountingWorld {
 public:
  FakeCountingWorld() : FakeCountingWorld(std::make_unique<FakeRollups>(base::SystemClock())) {}

 private:
  explicit FakeCountingWorld(std::unique_ptr<FakeRollups> rollups)
      : CountingWorld(std::make_unique<FakeRollupStore>(*rollups)), rollups_(std::move(rollups)) {}
  std::unique_ptr<FakeRollups> rollups_;
};

auto MakeWorld() { return std::make_unique<FakeCountingWorld>(); }

}  // namespace
}  // namespace ordermesh::analytics

namespace ordermesh::stream {

INSTANTIATE_TEST_SUITE_P(CountSales, SinkConformance, ::testing::Values(&analytics::MakeWorld));
INSTANTIATE_TEST_SUITE_P(CountSales, PositionConformance, ::testing::Values(&analytics::MakeWorld));

}  // namespace ordermesh::stream
