// Many who change products at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/etag.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/app/product_edits.h"
#include "tests/integration/catalog/product_world.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ::testing::SizeIs;

constexpr std::uint32_t kWriters = 8;

class ProductRacesTest : public ::testing::Test {
 protected:
  ProductRacesTest() : world_({.change_connections = kWriters}) {}

  // `call(store, lane, n)` of every writer at once.
  template <class Call>
  std::vector<absl::StatusOr<Product>> AtOnce(Call call) {
    std::vector<absl::StatusOr<Product>> results(kWriters, absl::UnknownError("not run"));
    std::vector<std::jthread> writers;
    std::atomic<std::uint32_t> ready = 0;
    for (std::uint32_t n = 0; n < kWriters; ++n) {
      writers.emplace_back([&, n] {
        aio::ThreadLane lane(base::SystemTimer());
        ++ready;
        while (ready < kWriters) std::this_thread::yield();
        results[n] = aio::RunSync(lane, [&] { return call(world_.store(), lane, n); });
      });
    }
    writers.clear();
    return results;
  }
  Product Store(std::uint32_t n) {
    auto stored = aio::RunSync(lane_, [&] { return world_.store().Create({lane_}, AProductCreation(n)); });
    EXPECT_THAT(stored, IsOk());
    return stored.value_or(Product());
  }
  static ProductChange SetName(const base::Uuid& id, std::uint32_t n, const std::string& etag) {
    return {.key = id,
            .edit = SetProductFields({.name = absl::StrCat("name ", n)}, "", etag),
            .event_id = ordermesh::testing::FakeIds::Number(5'000'000 + n),
            .traceparent = kProductTraceparent};
  }

  ProductWorld world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(ProductRacesTest, OfManyUpdatesWithOneEtagOneWins) {
  const Product product = Store(1);
  const std::string etag = domain::MakeEtag(product.id, 1);
  const auto results = AtOnce([&](ProductStore& store, aio::Lane& lane, std::uint32_t n) {
    return store.Change({lane}, SetName(product.id, n, etag));
  });
  int won = 0;
  for (const auto& result : results) {
    if (result.ok()) {
      ++won;
      EXPECT_EQ(result->version, 2);
    } else {
      EXPECT_EQ(domain::RefusalOf(result.status()).reason, reasons::kEtagStale) << result.status();
    }
  }
  EXPECT_EQ(won, 1);
  EXPECT_THAT(world_.Events(), SizeIs(2));
}

TEST_F(ProductRacesTest, OfManyCreatesWithOneRequestIdOneIsMade) {
  const auto results = AtOnce([&](ProductStore& store, aio::Lane& lane, std::uint32_t n) {
    ProductCreation creation = AProductCreation(1);
    creation.id = ProductNumber(100 + n);
    creation.event_id = ordermesh::testing::FakeIds::Number(5'000'000 + n);
    return store.Create({lane}, creation);
  });
  std::set<base::Uuid> ids;
  for (const auto& result : results) {
    ASSERT_THAT(result, IsOk());
    ids.insert(result->id);
  }
  EXPECT_THAT(ids, SizeIs(1));
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.stock"), 1);
  EXPECT_THAT(world_.Events(), SizeIs(1));
}

TEST_F(ProductRacesTest, OfManyCreatesWithOneSkuOneIsMade) {
  const auto results = AtOnce([&](ProductStore& store, aio::Lane& lane, std::uint32_t n) {
    return store.Create({lane}, AProductCreation(100 + n, AProduct(1)));
  });
  int made = 0;
  for (const auto& result : results) {
    if (result.ok()) {
      ++made;
    } else {
      EXPECT_EQ(domain::RefusalOf(result.status()).reason, reasons::kSkuTaken) << result.status();
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.requests"), 1);
  EXPECT_THAT(world_.Events(), SizeIs(1));
}

// The order in which the relay reads them.
TEST_F(ProductRacesTest, VersionsRiseByOneInTheOrderOfTheOutbox) {
  constexpr int kRounds = 20;
  const Product product = Store(1);
  for (int round = 0; round < kRounds; ++round) {
    const auto results = AtOnce([&](ProductStore& store, aio::Lane& lane, std::uint32_t n) {
      return store.Change({lane}, SetName(product.id, 100 * static_cast<std::uint32_t>(round) + n, ""));
    });
    for (const auto& result : results) ASSERT_THAT(result, IsOk());
  }
  const std::vector<OutboxEvent> events = world_.Events();
  ASSERT_THAT(events, SizeIs(1 + kRounds * kWriters));
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_TRUE(absl::StrContains(events[i].payload, absl::StrCat(" v", i + 1, " "))) << i << ": " << events[i].payload;
  }
  const auto last = aio::RunSync(lane_, [&] { return world_.store().Get({lane_}, product.id); });
  ASSERT_THAT(last, IsOk());
  EXPECT_EQ(events.back().payload, ProductTextEvents::TextOf(*last));
  EXPECT_EQ(world_.Number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}

}  // namespace
}  // namespace ordermesh::catalog
