// Sessions that end while a change of a product is committed, and commits that can't be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/etag.h"
#include "libs/testing/status_matchers.h"
#include "services/catalog/app/product_edits.h"
#include "tests/integration/catalog/product_world.h"

namespace ordermesh::catalog {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::SizeIs;

std::string Backends(const std::string& condition) {
  return absl::StrCat(
      "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'ordermesh-catalog%' AND ",
      condition);
}

class ProductFaultsTest : public ::testing::Test {
 protected:
  absl::StatusOr<Product> Create(std::uint32_t n) {
    return aio::RunSync(lane_, [&] { return world_.store().Create({lane_}, AProductCreation(n)); });
  }
  // With the etag of the version before, so that a change that is made twice is refused.
  absl::StatusOr<Product> Rename(std::int64_t version) {
    return aio::RunSync(lane_, [&] {
      return world_.store().Change(
          {lane_}, {.key = ProductNumber(1),
                    .edit = SetProductFields({.name = absl::StrCat("after ", version)}, "",
                                             domain::MakeEtag(ProductNumber(1), version)),
                    .event_id = ordermesh::testing::FakeIds::Number(5'000'000 + static_cast<std::uint32_t>(version)),
                    .traceparent = kProductTraceparent});
    });
  }

  // Holds commits up by a trigger that runs in them, and ends the first session there: nothing of it is committed, and
  // nobody on this side knows.
  template <class Call>
  absl::StatusOr<Product> WithASessionThatEndsBeforeItsCommit(Call call) {
    world_.Run(
        "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN "
        "NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON catalog.outbox DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION public.dawdle();");
    absl::StatusOr<Product> result = absl::UnknownError("not run");
    std::jthread client([&] { result = call(); });
    world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'PgSleep'"));
    // The trigger goes as soon as the session that runs it has ended.
    world_.Run("SELECT pg_terminate_backend(pid) " + Backends("query = 'COMMIT'") +
               "; DROP TRIGGER dawdle ON catalog.outbox; DROP FUNCTION public.dawdle");
    client.join();
    return result;
  }

  // The commit is on disk and waits for a standby that isn't there when its session is ended: it happened, and nobody
  // on this side knows.
  template <class Call>
  absl::StatusOr<Product> WithASessionThatEndsBehindItsCommit(Call call) {
    world_.Run("SET synchronous_commit = local");  // of the test's session, which commits meanwhile
    world_.Run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
    world_.Run("SELECT pg_reload_conf()");
    world_.WaitUntil("SELECT (current_setting('synchronous_standby_names') = 'nobody')::int::bigint");
    absl::StatusOr<Product> result = absl::UnknownError("not run");
    std::jthread client([&] { result = call(); });
    world_.WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'SyncRep'"));
    world_.Run("ALTER SYSTEM RESET synchronous_standby_names");
    world_.Run("SELECT pg_terminate_backend(pid) " + Backends("wait_event = 'SyncRep'") + "; SELECT pg_reload_conf()");
    client.join();
    return result;
  }

  ProductWorld world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(ProductFaultsTest, ACreateWhoseSessionEndsBeforeItsCommitIsMadeAgain) {
  const auto created = WithASessionThatEndsBeforeItsCommit([this] { return Create(1); });
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->id, ProductNumber(1));
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products"), 1);
  EXPECT_THAT(world_.Events(), SizeIs(1));
}

TEST_F(ProductFaultsTest, ACreateWhoseSessionEndsBehindItsCommitIsFound) {
  const auto created = WithASessionThatEndsBehindItsCommit([this] { return Create(1); });
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->id, ProductNumber(1));
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products"), 1);
  EXPECT_THAT(world_.Events(), SizeIs(1));
}

TEST_F(ProductFaultsTest, AChangeWhoseSessionEndsBeforeItsCommitIsMadeAgain) {
  ASSERT_THAT(Create(1), IsOk());
  const auto renamed = WithASessionThatEndsBeforeItsCommit([this] { return Rename(1); });
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(renamed->version, 2);
  EXPECT_EQ(renamed->content.name, "after 1");
  EXPECT_THAT(world_.Events(), SizeIs(2));
}

TEST_F(ProductFaultsTest, AChangeWhoseSessionEndsBehindItsCommitIsFound) {
  ASSERT_THAT(Create(1), IsOk());
  const auto renamed = WithASessionThatEndsBehindItsCommit([this] { return Rename(1); });
  ASSERT_THAT(renamed, IsOk());
  EXPECT_EQ(renamed->version, 2);
  EXPECT_EQ(renamed->content.name, "after 1");
  const std::vector<OutboxEvent> events = world_.Events();
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[1].payload, ProductTextEvents::TextOf(*renamed));
}

TEST_F(ProductFaultsTest, SessionsThatDiedWhileIdleCostNobodyAnything) {
  ASSERT_THAT(Create(1), IsOk());
  for (std::int64_t version = 1; version <= 3; ++version) {
    world_.Run("SELECT pg_terminate_backend(pid) " + Backends("true"));
    const auto renamed = Rename(version);
    ASSERT_THAT(renamed, IsOk());
    const auto read = aio::RunSync(lane_, [&] { return world_.store().Get({lane_}, "SKU-1"); });
    ASSERT_THAT(read, IsOk());
    EXPECT_EQ(*read, *renamed);
  }
  EXPECT_THAT(world_.Events(), SizeIs(4));
}

TEST_F(ProductFaultsTest, WithoutItsEventNothingIsStored) {
  ASSERT_THAT(Create(1), IsOk());
  world_.Run("ALTER TABLE catalog.outbox ADD CONSTRAINT none CHECK (false) NOT VALID");
  EXPECT_THAT(Rename(1), StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(Create(2), StatusIs(absl::StatusCode::kInternal));
  world_.Run("ALTER TABLE catalog.outbox DROP CONSTRAINT none");
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products WHERE version = 1"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products"), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.requests"), 1);
  EXPECT_THAT(Create(2), IsOk());
  EXPECT_THAT(Rename(1), IsOk());
}

}  // namespace
}  // namespace ordermesh::catalog
