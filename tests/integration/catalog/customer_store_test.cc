// Customers in PostgreSQL: what every store has to do; what happens when several write at once, and when the database
// goes away in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "tests/integration/catalog/customer_world.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::SizeIs;

INSTANTIATE_TEST_SUITE_P(Postgres, CustomerStoreConformance,
                         ::testing::Values(+[]() -> std::unique_ptr<CustomerStoreWorld> {
                           return std::make_unique<CustomerWorld>();
                         }));

constexpr char kDawdle[] =
    "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; "
    "END $$;"
    "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON catalog.outbox DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION public.dawdle();";

class CustomerStoreIntegrationTest : public ::testing::Test {
 protected:
  absl::StatusOr<Customer> Create(CustomerStore& store, const CustomerCreation& creation) {
    return aio::RunSync(lane_, [&] { return store.Create({lane_}, creation); });
  }
  absl::StatusOr<Customer> Update(CustomerStore& store, std::uint32_t n, CustomerFields fields,
                                  std::optional<std::int64_t> version, std::uint32_t event) {
    const CustomerUpdate update{CustomerNumber(n), std::move(fields), version, {CustomerEventNumber(event), ""}};
    return aio::RunSync(lane_, [&] { return store.Update({lane_}, update); });
  }
  absl::StatusOr<Customer> Delete(CustomerStore& store, std::uint32_t n) {
    const CustomerDeletion deletion{CustomerNumber(n), std::nullopt, {CustomerEventNumber(9000 + n), ""}};
    return aio::RunSync(lane_, [&] { return store.Delete({lane_}, deletion); });
  }
  // Sessions of the stores that are at work and where `which` holds.
  static std::string Backends(const std::string& which) {
    return absl::StrCat(
        "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ordermesh-catalog%' AND "
        "state = 'active' AND ",
        which);
  }
  // From now on a commit is on disk and then waits for a standby that isn't there.
  void HoldCommits() {
    world_.Run("SET synchronous_commit = local");  // of this session, which commits meanwhile
    world_.Run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    world_.Run("SELECT pg_reload_conf()");
    world_.WaitUntil("SELECT (current_setting('synchronous_standby_names') = 'nobody')::int::bigint");
  }
  // Ends the session that waits so: it has committed, and nobody on this side knows.
  void EndTheHeldCommit() {
    world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'SyncRep'"));
    world_.Run("ALTER SYSTEM RESET synchronous_standby_names");
    world_.Run("SELECT pg_terminate_backend(pid) " + Backends("wait_event = 'SyncRep'") + "; SELECT pg_reload_conf()");
  }
  // Ends a session in its commit, before anything of it is there.
  void EndTheDawdlingCommit() {
    world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'PgSleep'"));
    // The trigger goes as soon as the session that runs it has ended.
    world_.Run("SELECT pg_terminate_backend(pid) " + Backends("query = 'COMMIT'") +
               "; DROP TRIGGER dawdle ON catalog.outbox");
  }
  std::vector<std::int64_t> VersionsTold() {
    std::vector<std::int64_t> versions;
    for (const FakeCustomerStore::Event& event : world_.Events()) versions.push_back(event.customer.version);
    return versions;
  }

  CustomerWorld world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(CustomerStoreIntegrationTest, APrefixFindsLettersBeyondAsciiWhateverTheirCase) {
  CustomerCreation creation = ACreation(1);
  creation.content.name = "\u00d6ZG\u00dcR";
  ASSERT_THAT(Create(world_.store(), creation), IsOk());
  for (const auto& [prefix, found] : {std::pair{"\u00f6zg\u00fc", 1}, {"\u00d6zG", 1}, {"oz", 0}}) {
    const CustomerQuery query{.filter = {.name_prefix = prefix}};
    const auto page = aio::RunSync(lane_, [&] { return world_.store().List({lane_}, query); });
    ASSERT_THAT(page, IsOk());
    EXPECT_EQ(page->size(), static_cast<std::size_t>(found)) << prefix;
  }
}

TEST_F(CustomerStoreIntegrationTest, OfTwentyChangesOfOneVersionOneWins) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  CustomerStore& other = world_.OpenStore();
  std::atomic<int> won{0}, stale{0};
  std::barrier start(20);
  std::vector<std::jthread> clients;
  for (std::uint32_t n = 1; n <= 20; ++n) {
    clients.emplace_back([&, n] {
      start.arrive_and_wait();
      const auto changed =
          Update(n % 2 == 0 ? world_.store() : other, 1, {.name = absl::StrCat("Name ", n)}, 1, 100 + n);
      if (changed.ok()) {
        ++won;
      } else {
        // Whoever waited in vain for the lock may ask again.
        const std::string reason = domain::RefusalOf(changed.status()).reason;
        EXPECT_TRUE(reason == reasons::kEtagStale || reason == reasons::kLocked) << changed.status();
        ++stale;
      }
    });
  }
  clients.clear();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(stale, 19);
  EXPECT_THAT(VersionsTold(), ElementsAre(1, 2));
}

TEST_F(CustomerStoreIntegrationTest, TwentyEqualRequestsThroughTwoProcessesAreOneCustomer) {
  CustomerStore& other = world_.OpenStore();
  base::Mutex mu;
  std::set<std::string> ids;
  std::barrier start(20);
  std::vector<std::jthread> clients;
  for (std::uint32_t n = 1; n <= 20; ++n) {
    clients.emplace_back([&, n] {
      CustomerCreation creation = ACreation(n);  // an id of its own, as the server makes one for each call
      creation.request.request_id = "the same";
      creation.request.fingerprint = "the same";
      start.arrive_and_wait();
      const auto customer = Create(n % 2 == 0 ? world_.store() : other, creation);
      ASSERT_THAT(customer, IsOk());
      base::MutexLock lock(mu);
      ids.insert(customer->id);
    });
  }
  clients.clear();
  EXPECT_THAT(ids, SizeIs(1));
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.customers"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.requests"), 1);
  EXPECT_THAT(VersionsTold(), ElementsAre(1));
}

TEST_F(CustomerStoreIntegrationTest, OfTwentyRequestsForOneIdOneGetsIt) {
  CustomerStore& other = world_.OpenStore();
  std::atomic<int> got{0};
  std::barrier start(20);
  std::vector<std::jthread> clients;
  for (std::uint32_t n = 1; n <= 20; ++n) {
    clients.emplace_back([&, n] {
      CustomerCreation creation = ACreation(n);
      creation.id = "CUST-1";
      start.arrive_and_wait();
      const auto customer = Create(n % 2 == 0 ? world_.store() : other, creation);
      if (customer.ok()) {
        ++got;
      } else {
        EXPECT_EQ(domain::RefusalOf(customer.status()).reason, reasons::kCustomerIdTaken);
      }
    });
  }
  clients.clear();
  EXPECT_EQ(got, 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.requests"), 1) << "a refused one may be made otherwise";
  EXPECT_THAT(VersionsTold(), ElementsAre(1));
}

// The outbox's order is that of transaction ids: it has to be that of the versions, whoever began first.
TEST_F(CustomerStoreIntegrationTest, EventsOfChangesThatCrossAreInTheOrderOfTheirVersions) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  CustomerStore& other = world_.OpenStore();
  std::vector<std::jthread> clients;
  std::atomic<int> changed{0};
  for (std::uint32_t n = 0; n < 4; ++n) {
    clients.emplace_back([&, n] {
      for (std::uint32_t i = 0; i < 50; ++i) {
        const std::uint32_t event = 1000 * (n + 1) + i;
        if (Update(n % 2 == 0 ? world_.store() : other, 1, {.name = absl::StrCat(event)}, std::nullopt, event).ok()) {
          ++changed;
        }
      }
    });
  }
  clients.clear();
  std::vector<std::int64_t> expected;
  for (int version = 1; version <= 1 + changed; ++version) expected.push_back(version);
  EXPECT_GT(changed, 0);
  EXPECT_EQ(VersionsTold(), expected);
  const std::vector<FakeCustomerStore::Event> events = world_.Events();
  for (std::size_t i = 1; i < events.size(); ++i) {
    EXPECT_GT(events[i].customer.updated_at, events[i - 1].customer.updated_at);
  }
}

TEST_F(CustomerStoreIntegrationTest, AnErasedCustomerLeavesNothingInTheTables) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  ASSERT_THAT(Create(world_.store(), ACreation(2)), IsOk());
  ASSERT_THAT(Delete(world_.store(), 1), IsOk());
  const std::string row =
      world_.Text("SELECT to_jsonb(c) - 'changed' || '{}' FROM catalog.customers c WHERE id = 'CUST-1'");
  EXPECT_THAT(row, ::testing::Not(::testing::AnyOf(::testing::HasSubstr("Customer 1"), ::testing::HasSubstr("@"))));
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.requests WHERE target = 'CUST-1' AND fingerprint = ''"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.requests WHERE target = 'CUST-2' AND fingerprint <> ''"), 1);
}

TEST_F(CustomerStoreIntegrationTest, ASessionThatEndsBeforeItsCommitMakesTheChangeOnce) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  world_.Run(kDawdle);
  absl::StatusOr<Customer> changed;
  std::jthread client([&] { changed = Update(world_.store(), 1, {.name = "Bob"}, 1, 100); });
  EndTheDawdlingCommit();
  client.join();
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(world_.Text("SELECT name FROM catalog.customers"), "Bob");
  EXPECT_THAT(VersionsTold(), ElementsAre(1, 2));
}

TEST_F(CustomerStoreIntegrationTest, ASessionThatEndsBehindItsCommitHasMadeTheChangeOnce) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  HoldCommits();
  absl::StatusOr<Customer> changed;
  std::jthread client([&] { changed = Update(world_.store(), 1, {.name = "Bob"}, 1, 100); });
  EndTheHeldCommit();
  client.join();
  ASSERT_THAT(changed, IsOk()) << "its etag is not stale: it was its own change";
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(changed->content.name, "Bob");
  EXPECT_THAT(VersionsTold(), ElementsAre(1, 2));
}

// Another change comes between the commit whose answer was lost and the question what became of it.
TEST_F(CustomerStoreIntegrationTest, AChangeWhoseAnswerWasLostIsKnownBehindAnothersToo) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  HoldCommits();
  absl::StatusOr<Customer> changed;
  std::jthread client([&] { changed = Update(world_.store(), 1, {.name = "Bob"}, 1, 100); });
  world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'SyncRep'"));
  // It waits for the row's lock until the first has ended, so that it comes before whatever the first asks then.
  postgres::Connection other({.url = world_.url(), .application_name = "other", .lock_timeout = absl::ZeroDuration()});
  std::jthread second([&] {
    EXPECT_THAT(other.Run("BEGIN; SET LOCAL synchronous_commit = local; UPDATE catalog.customers SET name = 'Eve', "
                          "version = version + 1; COMMIT"),
                IsOk());
  });
  world_.WaitUntil(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'other' AND wait_event_type = 'Lock'");
  EndTheHeldCommit();
  client.join();
  second.join();
  ASSERT_THAT(changed, IsOk());
  EXPECT_EQ(changed->version, 2);
  EXPECT_EQ(changed->content.name, "Bob");
  EXPECT_EQ(world_.Text("SELECT name FROM catalog.customers"), "Eve");
  EXPECT_EQ(world_.Number("SELECT version FROM catalog.customers"), 3);
  EXPECT_THAT(VersionsTold(), ElementsAre(1, 2));
}

TEST_F(CustomerStoreIntegrationTest, ACreationWhoseAnswerWasLostFindsItsCustomer) {
  HoldCommits();
  absl::StatusOr<Customer> created;
  std::jthread client([&] { created = Create(world_.store(), ACreation(1)); });
  EndTheHeldCommit();
  client.join();
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->id, "CUST-1");
  EXPECT_THAT(VersionsTold(), ElementsAre(1));
}

TEST_F(CustomerStoreIntegrationTest, ADeletionWhoseAnswerWasLostIsMadeOnce) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  HoldCommits();
  absl::StatusOr<Customer> deleted;
  std::jthread client([&] { deleted = Delete(world_.store(), 1); });
  EndTheHeldCommit();
  client.join();
  ASSERT_THAT(deleted, IsOk());
  EXPECT_TRUE(deleted->deleted_at.has_value());
  EXPECT_THAT(VersionsTold(), ElementsAre(1, 2));
}

TEST_F(CustomerStoreIntegrationTest, SessionsThatDiedWhileIdleCostNobodyAnything) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  for (std::uint32_t n = 1; n <= 4; ++n) {
    world_.Run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
        "application_name LIKE 'ordermesh-catalog%'");
    EXPECT_THAT(Update(world_.store(), 1, {.name = absl::StrCat("Name ", n)}, n, 100 + n), IsOk());
    EXPECT_THAT(aio::RunSync(lane_, [&] { return world_.store().Get({lane_}, "CUST-1"); }), IsOk());
  }
  EXPECT_THAT(VersionsTold(), ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(CustomerStoreIntegrationTest, ALockedCustomerIsSaidToBeLocked) {
  ASSERT_THAT(Create(world_.store(), ACreation(1)), IsOk());
  postgres::Connection holder({.url = world_.url(), .application_name = "holder"});
  ASSERT_THAT(holder.Run("BEGIN; SELECT * FROM catalog.customers FOR UPDATE"), IsOk());
  const auto changed = Update(world_.store(), 1, {.active = false}, std::nullopt, 100);
  EXPECT_EQ(domain::RefusalOf(changed.status()).reason, reasons::kLocked);
  ASSERT_THAT(holder.Run("ROLLBACK"), IsOk());
  EXPECT_THAT(Update(world_.store(), 1, {.active = false}, std::nullopt, 100), IsOk());
}

}  // namespace
}  // namespace ordermesh::catalog
