#include "services/validation/app/catalog_refresher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/validation/testing/catalog.h"
#include "services/validation/testing/fake_catalog_store.h"

namespace ordermesh::validation {
namespace {

using ordermesh::testing::FakeClock;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

class CatalogRefresherTest : public ::testing::Test {
 protected:
  static constexpr std::size_t kPage = 4;  // rows
  CatalogRefresherTest() {
    store_.Put(AProduct(1));
    store_.Put(ACustomer(1));
  }
  void Start() {
    refresher_.emplace(CatalogRefresher::Options{}, store_, current_, readiness_, CatalogMetrics(metrics_), clock_,
                       clock_);
    AwaitReading(1);
  }
  // The next reading, and what is made of it.
  void Poll(absl::Duration after = absl::Milliseconds(500)) {
    const int reads = store_.reads();
    clock_.Advance(after);
    AwaitReading(reads + 1);
  }
  void AwaitReading(int reads) {
    store_.WaitForReads(reads);
    clock_.WaitForSleepers(1);
  }
  absl::Status StatusOf(const std::string& dependency) {
    for (const auto& [name, status] : readiness_.Describe()) {
      if (name == dependency) return status;
    }
    return absl::NotFoundError(dependency);
  }
  const domain::CatalogProduct* Product(const std::string& sku) { return current_.Get().snapshot->FindProduct(sku); }
  double Age() { return CatalogMetrics(metrics_).age_seconds.Value(); }

  FakeClock clock_;
  FakeCatalogStore store_{kPage};
  CurrentCatalog current_;
  mesh::Readiness readiness_{{CatalogRefresher::kDatabase, CatalogRefresher::kCatalog}};
  base::Metrics metrics_;
  std::optional<CatalogRefresher> refresher_;  // Last: it uses what stands above.
};

TEST_F(CatalogRefresherTest, IsReadyAfterTheFirstReading) {
  EXPECT_FALSE(readiness_.ready());
  Start();
  EXPECT_TRUE(readiness_.ready());
  EXPECT_NE(Product("SKU-1"), nullptr);
  EXPECT_EQ(current_.Get().as_of, clock_.Now());
  EXPECT_EQ(CatalogMetrics(metrics_).products.Value(), 1);
  EXPECT_EQ(CatalogMetrics(metrics_).customers.Value(), 1);
}

TEST_F(CatalogRefresherTest, AChangeIsThereAfterOneInterval) {
  Start();
  store_.Put(AProduct(1, 5));
  EXPECT_EQ(Product("SKU-1")->price.minor, 1999);
  Poll();
  EXPECT_EQ(Product("SKU-1")->price.minor, 5);
  EXPECT_EQ(store_.whole_reads(), 1);
  EXPECT_EQ(CatalogMetrics(metrics_).snapshots.Value(), 2);
}

TEST_F(CatalogRefresherTest, WithoutAChangeTheSnapshotStaysAndBecomesNewer) {
  Start();
  const PinnedCatalog before = current_.Get();
  Poll();
  EXPECT_EQ(current_.Get().snapshot, before.snapshot);
  EXPECT_EQ(current_.Get().as_of, before.as_of + absl::Milliseconds(500));
  EXPECT_EQ(CatalogMetrics(metrics_).snapshots.Value(), 1);
}

TEST_F(CatalogRefresherTest, AChangeThatCommitsLateIsNotMissed) {
  Start();
  const std::uint64_t late = store_.Begin();
  store_.Put(late, AProduct(2));
  store_.Put(AProduct(3));
  Poll();
  Poll();
  EXPECT_EQ(Product("SKU-2"), nullptr);
  store_.Commit(late);
  Poll();
  EXPECT_NE(Product("SKU-2"), nullptr);
}

TEST_F(CatalogRefresherTest, WithoutADatabaseTheSnapshotServesUntilItIsTooOld) {
  Start();
  store_.FailWith(absl::UnavailableError("down"));
  Poll();
  EXPECT_THAT(StatusOf("catalog"), IsOk());
  EXPECT_EQ(Age(), 0.5);
  Poll(absl::Milliseconds(29'500));
  EXPECT_THAT(StatusOf("database"), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(StatusOf("catalog"), IsOk());
  Poll();
  EXPECT_THAT(StatusOf("catalog"), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("older than 30s")));
  EXPECT_EQ(Age(), 30.5);

  store_.FailWith(absl::OkStatus());
  Poll();
  EXPECT_TRUE(readiness_.ready());
  EXPECT_EQ(Age(), 0);
  EXPECT_EQ(CatalogMetrics(metrics_).reads_failed.Value(), 3);
  EXPECT_EQ(CatalogMetrics(metrics_).reads_ok.Value(), 2);
}

TEST_F(CatalogRefresherTest, AReadingThatFailsOnceIsNotToldOf) {
  Start();
  for (int round = 0; round < 3; ++round) {
    store_.FailWith(absl::UnavailableError("down"));
    Poll();
    Poll(CatalogRefresher::kRetryPause);
    EXPECT_TRUE(readiness_.ready()) << "it prices orders from its snapshot";
    store_.FailWith(absl::OkStatus());
    Poll(CatalogRefresher::kRetryPause);
    EXPECT_EQ(Age(), 0);
  }
  EXPECT_EQ(CatalogMetrics(metrics_).reads_failed.Value(), 6);
}

TEST_F(CatalogRefresherTest, ADatabaseThatIsLostIsNamedWithinTwoSeconds) {
  Start();
  const absl::Time lost = clock_.Now();  // just after it was read
  store_.FailWith(absl::UnavailableError("down"));
  Poll();
  while (readiness_.ready()) Poll(CatalogRefresher::kRetryPause);
  EXPECT_THAT(StatusOf("database"), StatusIs(absl::StatusCode::kUnavailable, "down"));
  EXPECT_LE(clock_.Now() - lost, absl::Milliseconds(1550));
  store_.FailWith(absl::OkStatus());
  Poll(CatalogRefresher::kRetryPause);
  EXPECT_TRUE(readiness_.ready());
}

TEST_F(CatalogRefresherTest, BeforeTheFirstReadingThereIsNothingToServe) {
  store_.FailWith(absl::UnavailableError("down"));
  Start();
  EXPECT_THAT(StatusOf("database"), StatusIs(absl::StatusCode::kUnavailable)) << "at once";
  EXPECT_EQ(current_.Get().snapshot, nullptr);
  EXPECT_THAT(StatusOf("catalog"), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("not been read yet")));
  Poll(absl::Seconds(2));
  EXPECT_EQ(Age(), 2) << "how long there has been none";
  store_.FailWith(absl::OkStatus());
  Poll();
  EXPECT_TRUE(readiness_.ready());
  EXPECT_NE(Product("SKU-1"), nullptr);
}

TEST_F(CatalogRefresherTest, AnOutdatedSchemaIsTheCataloguesFault) {
  store_.FailWith(absl::FailedPreconditionError("run ordermesh-migrate"));
  Start();
  EXPECT_THAT(StatusOf("database"), IsOk());
  EXPECT_THAT(StatusOf("catalog"), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ordermesh-migrate")));
}

TEST_F(CatalogRefresherTest, EverythingIsReadAgainNowAndThen) {
  Start();
  store_.DeleteProduct(AProduct(1).id);
  Poll();
  EXPECT_NE(Product("SKU-1"), nullptr);
  EXPECT_EQ(store_.whole_reads(), 1);
  Poll(absl::Minutes(10));
  EXPECT_EQ(Product("SKU-1"), nullptr);
  EXPECT_EQ(store_.whole_reads(), 2);
}

// A reading of changes never waits for the whole.
TEST_F(CatalogRefresherTest, WhileEverythingIsReadAgainChangesAreFollowed) {
  constexpr std::uint32_t kProducts = 100;
  for (std::uint32_t n = 1; n <= kProducts; ++n) store_.Put(AProduct(n));
  Start();
  store_.DeleteProduct(AProduct(50).id);
  Poll(absl::Minutes(10));
  int polls = 1;
  for (std::uint32_t n = 1; Product("SKU-50") != nullptr; ++n, ++polls) {
    ASSERT_LT(polls, 20);
    const int pages = store_.pages();
    store_.Put(AProduct(n, 1));              // behind where it has come to
    store_.Put(AProduct(kProducts - n, 2));  // before it
    store_.Put(AProduct(kProducts + n, 3));
    Poll();
    EXPECT_EQ(Product(absl::StrCat("SKU-", n))->price.minor, 1);
    EXPECT_EQ(Product(absl::StrCat("SKU-", kProducts - n))->price.minor, 2);
    EXPECT_EQ(Product(absl::StrCat("SKU-", kProducts + n))->price.minor, 3);
    EXPECT_LE(store_.pages() - pages, CatalogRefresher::kReloadPages);
  }
  EXPECT_GT(polls, 5);
  // What was followed meanwhile is in the new one too.
  EXPECT_EQ(Product("SKU-1")->price.minor, 1);
  EXPECT_EQ(Product("SKU-99")->price.minor, 2);
  EXPECT_EQ(Product("SKU-101")->price.minor, 3);
  EXPECT_EQ(store_.whole_reads(), 2);
}

TEST_F(CatalogRefresherTest, EverythingReadAgainIsTheSameSnapshotWhenNothingDiffers) {
  Start();
  const PinnedCatalog before = current_.Get();
  Poll(absl::Minutes(10));
  EXPECT_EQ(store_.whole_reads(), 2);
  EXPECT_EQ(current_.Get().snapshot, before.snapshot);
}

TEST_F(CatalogRefresherTest, AFirstReadingThatBreaksOffIsGoneOnWith) {
  for (std::uint32_t n = 1; n <= 40; ++n) store_.Put(AProduct(n));
  store_.FailAfterPages(3, absl::UnavailableError("down"));
  Start();
  EXPECT_EQ(current_.Get().snapshot, nullptr);
  EXPECT_EQ(store_.pages(), 3);
  store_.FailWith(absl::OkStatus());
  store_.Put(AProduct(1, 5));
  Poll();
  ASSERT_NE(current_.Get().snapshot, nullptr);
  EXPECT_EQ(Product("SKU-1")->price.minor, 5);
  EXPECT_NE(Product("SKU-40"), nullptr);
  EXPECT_EQ(store_.whole_reads(), 1);
  EXPECT_EQ(store_.pages(), 11) << "ten of products, one of customers";
  EXPECT_EQ(current_.Get().as_of, clock_.Now());
}

TEST_F(CatalogRefresherTest, ARestoredDatabaseIsReadAnewAtOnce) {
  Start();
  store_.Restore();
  for (std::uint32_t n = 2; n <= 40; ++n) store_.Put(AProduct(n));
  store_.DeleteProduct(AProduct(1).id);
  Poll();
  EXPECT_EQ(Product("SKU-1"), nullptr);
  EXPECT_NE(Product("SKU-40"), nullptr);
  store_.Put(AProduct(41));
  Poll();
  EXPECT_NE(Product("SKU-41"), nullptr);
  EXPECT_EQ(store_.whole_reads(), 2);
}

TEST_F(CatalogRefresherTest, WhatIsReadIsWhatIsNewThoughATransactionStaysOpen) {
  Start();
  const std::uint64_t slow = store_.Begin();
  for (std::uint32_t n = 100; n < 150; ++n) store_.Put(slow, AProduct(n));
  for (std::uint32_t n = 2; n < 20; ++n) {
    store_.Put(AProduct(n));
    Poll();
    EXPECT_EQ(CatalogMetrics(metrics_).rows_changed.Value(), n - 1);
  }
  store_.Commit(slow);
  Poll();
  EXPECT_EQ(CatalogMetrics(metrics_).rows_changed.Value(), 18 + 50);
  EXPECT_NE(Product("SKU-149"), nullptr);
}

// Freeing what only the old one held is not for a thread that checks orders.
TEST_F(CatalogRefresherTest, AnOldSnapshotIsFreedByTheRefresherThoughAReaderHadItLast) {
  Start();
  std::shared_ptr<const CatalogSnapshot> reader = current_.Get().snapshot;
  store_.Put(AProduct(1, 5));
  Poll();
  Poll();
  const std::weak_ptr<const CatalogSnapshot> old = reader;
  reader.reset();
  EXPECT_FALSE(old.expired());
  Poll();
  EXPECT_TRUE(old.expired());
}

TEST_F(CatalogRefresherTest, AProductInAnUnknownCurrencyIsNotForSale) {
  domain::CatalogProduct odd = AProduct(2);
  odd.price.currency = "ZZZ";
  store_.Put(odd);
  Start();
  ASSERT_NE(Product("SKU-2"), nullptr);
  EXPECT_FALSE(Product("SKU-2")->active);
  EXPECT_TRUE(Product("SKU-1")->active);
}

TEST(CheckFreshTest, SaysWhyNot) {
  const base::SteadyTime now = base::SteadyTime::FromZero(absl::Hours(9));
  EXPECT_THAT(CheckFresh({}, now, absl::Seconds(30)), StatusIs(absl::StatusCode::kUnavailable));
  const auto snapshot = ASnapshotOf({}, {});
  EXPECT_THAT(CheckFresh({snapshot, absl::InfinitePast(), now - absl::Seconds(30)}, now, absl::Seconds(30)), IsOk());
  const absl::Status stale =
      CheckFresh({snapshot, absl::InfinitePast(), now - absl::Milliseconds(30'001)}, now, absl::Seconds(30));
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(domain::RefusalOf(stale).reason, domain::reasons::kCatalogStale);
  EXPECT_EQ(domain::RefusalOf(stale).retry_after, absl::Seconds(1));
}

}  // namespace
}  // namespace ordermesh::validation
