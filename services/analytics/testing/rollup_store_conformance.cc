#include "services/analytics/testing/rollup_store_conformance.h"

#include <limits>
#include <thread>

#include "gmock/gmock.h"
#include "libs/base/uuid_time.h"
#include "services/analytics/testing/sale_events.h"

namespace ordermesh::analytics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kHour = absl::FromUnixSeconds(1772373600);  // 2026-03-01 14:00 UTC

SalesQuery Always() {
  SalesQuery query;
  query.start = absl::FromUnixSeconds(0);
  query.end = absl::FromUnixSeconds(4'000'000'000);
  return query;
}

}  // namespace

EventBatch RollupStoreConformance::BatchAt(std::int64_t first, std::vector<SaleEvent> events) const {
  const auto next = first + static_cast<std::int64_t>(events.size());
  return {kPartition, first, next, EventNumber(static_cast<std::uint64_t>(next)), std::move(events)};
}

std::vector<SalesFigure> RollupStoreConformance::Figures(SalesQuery query) {
  if (query.start == absl::Time()) {
    query.start = Always().start;
    query.end = Always().end;
  }
  absl::StatusOr<std::vector<SalesFigure>> figures = store_->QuerySales(query);
  EXPECT_TRUE(figures.ok()) << figures.status();
  return figures.ok() ? *figures : std::vector<SalesFigure>();
}

std::vector<SalesFigure> RollupStoreConformance::FiguresByProduct() {
  SalesQuery query = Always();
  query.by_product = true;
  return Figures(query);
}

Position RollupStoreConformance::Where(const Partition& partition) {
  absl::StatusOr<Position> position = store_->Load(partition);
  EXPECT_TRUE(position.ok()) << position.status();
  return position.ok() ? *position : Position();
}

TEST_P(RollupStoreConformance, APartitionStartsAtItsBeginning) {
  EXPECT_EQ(Where(kOther), (Position{0, base::Uuid(), 0}));
  EXPECT_THAT(Figures(), IsEmpty());
}

TEST_P(RollupStoreConformance, CountsABatchAndMovesThePartition) {
  const SaleEvent order = AnAcceptedOrder(1, 2, kHour);
  absl::StatusOr<Applied> applied = store_->Apply(BatchAt(0, {order, AnAcceptedOrder(1, 3, kHour)}));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, (Applied{.accepted = 2}));
  EXPECT_EQ(Where(kPartition), (Position{2, EventNumber(2), 0}));
  EXPECT_THAT(Figures(), ElementsAre(SalesFigure{std::nullopt, {}, "", "EUR", {{2, 5, 1250}}}));
  EXPECT_THAT(FiguresByProduct(),
              ElementsAre(SalesFigure{std::nullopt, ProductNumber(1), "SKU-1", "EUR", {{2, 5, 1250}}}));
}

TEST_P(RollupStoreConformance, RefusesABatchThatDoesNotStartWhereThePartitionStands) {
  ASSERT_TRUE(store_->Apply(BatchAt(0, {AnAcceptedOrder()})).ok());
  for (std::int64_t first : {0, 2}) {
    EXPECT_EQ(store_->Apply(BatchAt(first, {AnAcceptedOrder()})).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(Where(kPartition).next_offset, 1);
  EXPECT_EQ(Figures().at(0).amounts.accepted.orders, 1);
}

TEST_P(RollupStoreConformance, RefusesAPartitionThatWasNeverLoaded) {
  EventBatch batch = BatchAt(0, {AnAcceptedOrder()});
  batch.partition = {"another.topic", 7};
  EXPECT_EQ(store_->Apply(batch).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Figures(), IsEmpty());
}

TEST_P(RollupStoreConformance, CountsAnEventOnceThoughItComesAgain) {
  const SaleEvent order = AnAcceptedOrder();
  ASSERT_TRUE(store_->Apply(BatchAt(0, {order})).ok());
  absl::StatusOr<Applied> applied = store_->Apply(BatchAt(1, {order, AnAcceptedOrder()}));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, (Applied{.accepted = 1, .repeats = 1}));
  EXPECT_EQ(Figures().at(0).amounts.accepted.orders, 2);
}

TEST_P(RollupStoreConformance, CountsAnEventOnceThoughItStandsTwiceInABatch) {
  const SaleEvent order = AnAcceptedOrder();
  absl::StatusOr<Applied> applied = store_->Apply(BatchAt(0, {order, order}));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, (Applied{.accepted = 1, .repeats = 1}));
  EXPECT_EQ(Figures().at(0).amounts.accepted.orders, 1);
}

TEST_P(RollupStoreConformance, CountsAnEventOnceThoughAnotherPartitionHadIt) {
  const SaleEvent order = AnAcceptedOrder();
  ASSERT_TRUE(store_->Apply(BatchAt(0, {order})).ok());
  ASSERT_TRUE(store_->Load(kOther).ok());
  EventBatch other = BatchAt(0, {order});
  other.partition = kOther;
  absl::StatusOr<Applied> applied = store_->Apply(other);
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, (Applied{.repeats = 1}));
}

TEST_P(RollupStoreConformance, ACancellationBeforeItsOrderGivesTheSameSums) {
  const SaleEvent order = AnAcceptedOrder(1, 2, kHour);
  ASSERT_TRUE(store_->Apply(BatchAt(0, {CancellationOf(order)})).ok());
  EXPECT_EQ(Figures().at(0).amounts, (Amounts{{0, 0, 0}, {1, 2, 500}}));
  ASSERT_TRUE(store_->Apply(BatchAt(1, {order})).ok());
  EXPECT_EQ(Figures().at(0).amounts, (Amounts{{1, 2, 500}, {1, 2, 500}}));
  EXPECT_EQ(FiguresByProduct().at(0).amounts, (Amounts{{1, 2, 500}, {1, 2, 500}}));
}

TEST_P(RollupStoreConformance, EachKindHasItsOwnSumsWhateverComesFirst) {
  const SaleEvent order = AnAcceptedOrder(1, 2, kHour), dear = AnAcceptedOrder(1, 5, kHour);
  ASSERT_TRUE(store_->Apply(BatchAt(0, {ShipmentOf(order), CancellationOf(AnAcceptedOrder(1, 1, kHour))})).ok());
  absl::StatusOr<Applied> applied =
      store_->Apply(BatchAt(2, {PaymentOf(order), PaymentOf(dear), order, dear, ShipmentOf(AnAcceptedOrder(2, 1))}));
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, (Applied{.accepted = 2, .paid = 2, .shipped = 1}));
  EXPECT_EQ(Figures().at(0).amounts, (Amounts{{2, 7, 1750}, {1, 1, 250}, {2, 7, 1750}, {2, 3, 750}}));
  EXPECT_THAT(
      FiguresByProduct(),
      ElementsAre(
          SalesFigure{
              std::nullopt, ProductNumber(1), "SKU-1", "EUR", {{2, 7, 1750}, {1, 1, 250}, {2, 7, 1750}, {1, 2, 500}}},
          SalesFigure{std::nullopt, ProductNumber(2), "SKU-2", "EUR", {{}, {}, {}, {1, 1, 250}}}));
}

TEST_P(RollupStoreConformance, ABatchWithoutEventsMovesThePartition) {
  absl::StatusOr<Applied> applied = store_->Apply({kPartition, 0, 4, EventNumber(4), {}});
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(*applied, Applied());
  EXPECT_EQ(Where(kPartition), (Position{4, EventNumber(4), 0}));
}

TEST_P(RollupStoreConformance, AnOrderWithoutLinesCountsInTheTotalsOnly) {
  SaleEvent order = AnAcceptedOrder();
  order.lines.clear();
  ASSERT_TRUE(store_->Apply(BatchAt(0, {order})).ok());
  EXPECT_EQ(Figures().at(0).amounts, (Amounts{{1, 0, 0}}));
  EXPECT_THAT(FiguresByProduct(), IsEmpty());
}

TEST_P(RollupStoreConformance, RefusesAWholeBatchForATextThatCannotBeStored) {
  SaleEvent bad = AnAcceptedOrder();
  bad.lines[0].sku = std::string("A\0B", 3);
  EXPECT_EQ(store_->Apply(BatchAt(0, {AnAcceptedOrder(), bad})).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Figures(), IsEmpty());
  EXPECT_EQ(Where(kPartition).next_offset, 0);
  EXPECT_TRUE(store_->Apply(BatchAt(0, {AnAcceptedOrder()})).ok()) << "the store goes on working";
}

TEST_P(RollupStoreConformance, RefusesAWholeBatchForASumThatDoesNotFit) {
  SaleEvent dear = AnAcceptedOrder();
  dear.lines[0].quantity = 1;
  dear.lines[0].unit_price_minor = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(store_->Apply(BatchAt(0, {dear, AnAcceptedOrder()})).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Figures(), IsEmpty());
  EXPECT_EQ(Where(kPartition).next_offset, 0);
}

TEST_P(RollupStoreConformance, MovesAPartitionOnlyFromWhereItStands) {
  ASSERT_TRUE(store_->Apply(BatchAt(0, {AnAcceptedOrder()})).ok());
  EXPECT_EQ(store_->Move(kPartition, 0, 9, 0).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(store_->Move(kPartition, 1, 9, 8).ok());
  EXPECT_EQ(Where(kPartition), (Position{9, base::Uuid(), 8}));
  EXPECT_TRUE(store_->Move(kPartition, 9, 0, 2).ok());
  EXPECT_EQ(Where(kPartition), (Position{0, base::Uuid(), 10}));
}

TEST_P(RollupStoreConformance, ListsPartitionsSorted) {
  ASSERT_TRUE(store_->Load({"orders.events", 10}).ok());
  ASSERT_TRUE(store_->Load({"orders.events", 2}).ok());
  auto positions = store_->Positions();
  ASSERT_TRUE(positions.ok()) << positions.status();
  std::vector<int> numbers;
  for (const auto& [partition, position] : *positions) numbers.push_back(partition.number);
  EXPECT_THAT(numbers, ElementsAre(0, 2, 10));
}

TEST_P(RollupStoreConformance, PrunesOnlyWhatIsOldInSmallSteps) {
  std::vector<SaleEvent> events;
  for (int i = 0; i < 5; ++i) events.push_back(AnAcceptedOrder());
  ASSERT_TRUE(store_->Apply(BatchAt(0, events)).ok());
  const absl::Time now = absl::Now();
  EXPECT_EQ(store_->Prune(now - absl::Hours(1), 10).value_or(-1), 0);
  EXPECT_EQ(store_->Prune(now + absl::Hours(1), 3).value_or(-1), 3);
  EXPECT_EQ(store_->Prune(now + absl::Hours(1), 3).value_or(-1), 2);
  EXPECT_EQ(store_->Prune(now + absl::Hours(1), 3).value_or(-1), 0);
}

TEST_P(RollupStoreConformance, KeepsAnEventWhoseIdIsNewerThanTheLimit) {
  SaleEvent order = AnAcceptedOrder();
  const absl::Time now = absl::Now();
  order.event_id = base::FirstIdOf(now + absl::Hours(2));
  ASSERT_TRUE(store_->Apply(BatchAt(0, {order})).ok());
  EXPECT_EQ(store_->Prune(now + absl::Hours(1), 10).value_or(-1), 0);
}

TEST_P(RollupStoreConformance, GroupsByTimeAndProduct) {
  ASSERT_TRUE(store_
                  ->Apply(BatchAt(0, {AnAcceptedOrder(2, 1, kHour), AnAcceptedOrder(1, 1, kHour + absl::Hours(1)),
                                      AnAcceptedOrder(1, 1, kHour), AnAcceptedOrder(1, 1, kHour + absl::Hours(24))}))
                  .ok());
  SalesQuery query = Always();
  query.grain = Grain::kHour;
  query.by_product = true;
  EXPECT_THAT(Figures(query),
              ElementsAre(SalesFigure{kHour, ProductNumber(1), "SKU-1", "EUR", {{1, 1, 250}}},
                          SalesFigure{kHour, ProductNumber(2), "SKU-2", "EUR", {{1, 1, 250}}},
                          SalesFigure{kHour + absl::Hours(1), ProductNumber(1), "SKU-1", "EUR", {{1, 1, 250}}},
                          SalesFigure{kHour + absl::Hours(24), ProductNumber(1), "SKU-1", "EUR", {{1, 1, 250}}}));
  query.grain = Grain::kDay;
  query.by_product = false;
  const absl::Time day = kHour - absl::Hours(14);
  EXPECT_THAT(Figures(query), ElementsAre(SalesFigure{day, {}, "", "EUR", {{3, 3, 750}}},
                                          SalesFigure{day + absl::Hours(24), {}, "", "EUR", {{1, 1, 250}}}));
}

TEST_P(RollupStoreConformance, FiltersByProductAndSku) {
  ASSERT_TRUE(store_->Apply(BatchAt(0, {AnAcceptedOrder(1), AnAcceptedOrder(2), AnAcceptedOrder(2)})).ok());
  SalesQuery query = Always();
  query.product_id = ProductNumber(2);
  EXPECT_THAT(Figures(query), ElementsAre(SalesFigure{std::nullopt, {}, "", "EUR", {{2, 4, 1000}}}));
  query.product_id.reset();
  query.sku = "SKU-1";
  EXPECT_THAT(Figures(query), ElementsAre(SalesFigure{std::nullopt, {}, "", "EUR", {{1, 2, 500}}}));
  query.product_id = ProductNumber(2);
  EXPECT_THAT(Figures(query), IsEmpty());
}

TEST_P(RollupStoreConformance, TheWindowsEndIsExclusiveAndItsRowsAreLimited) {
  ASSERT_TRUE(
      store_->Apply(BatchAt(0, {AnAcceptedOrder(1, 1, kHour), AnAcceptedOrder(2, 1, kHour + absl::Hours(1))})).ok());
  SalesQuery query = Always();
  query.start = kHour;
  query.end = kHour + absl::Hours(1);
  EXPECT_EQ(Figures(query).at(0).amounts.accepted.orders, 1);
  query = Always();
  query.by_product = true;
  query.max_rows = 1;
  EXPECT_EQ(Figures(query).size(), 1u);
}

// Two members that believe to own the same partition, as after a stalled one's session has ended.
TEST_P(RollupStoreConformance, OfTwoOwnersOfAPartitionEachRecordIsCountedByOne) {
  std::vector<SaleEvent> log;
  for (int i = 0; i < 200; ++i) log.push_back(AnAcceptedOrder(1 + i % 5, 1, kHour));
  auto work = [&] {
    std::unique_ptr<RollupStore> store = world_->Open();
    for (;;) {
      absl::StatusOr<Position> position = store->Load(kPartition);
      if (!position.ok()) continue;  // an overload of the machine: again
      const std::int64_t first = position->next_offset;
      if (first == static_cast<std::int64_t>(log.size())) return;
      const std::int64_t end = std::min<std::int64_t>(first + 10, static_cast<std::int64_t>(log.size()));
      store->Apply(BatchAt(first, {log.begin() + first, log.begin() + end})).IgnoreError();
    }
  };
  { std::jthread one(work), two(work); }
  EXPECT_EQ(Figures().at(0).amounts, (Amounts{{200, 200, 50'000}}));
}

// Each with its own partition, all with the same rows of the rollups.
TEST_P(RollupStoreConformance, OwnersOfDifferentPartitionsDoNotDeadlock) {
  constexpr int kOwners = 3, kBatches = 40;
  std::vector<std::vector<SaleEvent>> logs(kOwners);
  for (int owner = 0; owner < kOwners; ++owner) {
    for (int i = 0; i < kBatches * 10; ++i) {
      logs[owner].push_back(AnAcceptedOrder(static_cast<std::uint64_t>((i * 7 + owner * 3) % 50), 1, kHour));
    }
  }
  std::vector<absl::Status> failures(kOwners);
  {
    std::vector<std::jthread> owners;
    for (int owner = 0; owner < kOwners; ++owner) {
      owners.emplace_back([&, owner] {
        std::unique_ptr<RollupStore> store = world_->Open();
        failures[owner] = store->Load({"orders.events", owner}).status();
        for (int i = 0; i < kBatches && failures[owner].ok(); ++i) {
          auto first = logs[owner].begin() + i * 10;
          EventBatch batch = BatchAt(i * 10, {first, first + 10});
          batch.partition.number = owner;
          failures[owner] = store->Apply(batch).status();
        }
      });
    }
  }
  for (const absl::Status& failure : failures) EXPECT_TRUE(failure.ok()) << failure;
  EXPECT_EQ(Figures().at(0).amounts.accepted.orders, kOwners * kBatches * 10);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(RollupStoreConformance);

}  // namespace ordermesh::analytics
