// The feed's sink on a real PostgreSQL.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"
#include "libs/base/status.h"
#include "libs/stream/record_id.h"
#include "libs/stream/testing/sink_conformance.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "libs/wire/time.h"
#include "ordermesh/events/v1/catalog_events.pb.h"
#include "services/catalog/app/decode_feed.h"
#include "services/catalog/store/catalog_database.h"
#include "services/catalog/store/feed_sink.h"
#include "services/catalog/store/wire_catalog_events.h"

namespace ordermesh::catalog {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::TestDatabase;
using stream::Record;

Record RecordOf(const char* type, std::string data) {
  Record record;
  record.headers = {{"ce_specversion", "1.0"}, {"ce_id", "1"}, {"ce_source", "/test"}, {"ce_type", type}};
  record.value = std::move(data);
  return record;
}
Record ProductRecord(absl::string_view sku, absl::string_view name) {
  return RecordOf(kFeedProduct, absl::StrCat(R"({"sku":")", sku, R"(","name":")", name,
                                             R"(","price":{"currency_code":"EUR","units":1},"attributes":{"a":"b"}})"));
}
Record CountRecord(absl::string_view sku, int available) {
  return RecordOf(kFeedStockCount, absl::StrCat(R"({"sku":")", sku, R"(","available":)", available, "}"));
}
Record CustomerRecord(absl::string_view id, absl::string_view name) {
  return RecordOf(kFeedCustomer, absl::StrCat(R"({"id":")", id, R"(","name":")", name, R"("})"));
}

// A database and the sink of a process on it.
class FeedWorld : public stream::SinkWorld {
 public:
  FeedWorld() {
    absl::StatusOr<std::unique_ptr<TestDatabase>> database = TestDatabase::Create();
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    sink_ = MakeSink();
  }

  std::unique_ptr<FeedSink> MakeSink() {
    return std::make_unique<FeedSink>(ServiceDatabase(database_->UrlAs("ordermesh_catalog")).Worker("feed"), events_,
                                      ids_);
  }
  stream::AnySink& sink() override { return *sink_; }
  Record Good() override { return ProductRecord(absl::StrCat("SKU-", ++last_), "Hat"); }
  Record Needless() override { return Record(); }
  Record Garbage() override { return RecordOf(kFeedProduct, "{}"); }
  Record Refused() override { return CountRecord("NONE", 1); }
  std::int64_t Effects() override { return Number("SELECT count(*) FROM catalog.products"); }

  void Run(const std::string& sql) { EXPECT_THAT(database_->admin().Run(sql), IsOk()); }
  std::int64_t Number(const std::string& sql) {
    // A statement's name and text live as long as the session.
    names_.push_back(absl::StrCat("test_", names_.size()));
    sqls_.push_back(sql);
    const absl::StatusOr<postgres::Result> rows =
        database_->admin().Execute({names_.back().c_str(), sqls_.back().c_str()});
    EXPECT_THAT(rows.status(), IsOk());
    return rows.ok() && rows->rows() == 1 ? rows->Int8(0, 0) : -1;
  }
  // Of each aggregate the versions of its events, in the order in which the relay sends them.
  std::map<std::string, std::vector<std::int64_t>> Versions(const char* type) {
    const absl::StatusOr<postgres::Result> rows = database_->admin().Execute(
        {"test_events", "SELECT aggregate_id, payload FROM catalog.outbox WHERE type = $1 ORDER BY xid, position"},
        postgres::Params().Text(type));
    EXPECT_THAT(rows.status(), IsOk());
    std::map<std::string, std::vector<std::int64_t>> versions;
    for (int row = 0; row < rows->rows(); ++row) {
      events::v1::CatalogEvent event;
      EXPECT_TRUE(event.ParseFromString(std::string(rows->Text(row, 1))));
      versions[std::string(rows->Text(row, 0))].push_back(event.version());
    }
    return versions;
  }

  // The times of making and of changing that the events of customers tell.
  std::vector<std::pair<absl::Time, absl::Time>> CustomerTimes() {
    const absl::StatusOr<postgres::Result> rows =
        database_->admin().Execute({"test_times",
                                    "SELECT payload FROM catalog.outbox WHERE type = "
                                    "'ordermesh.catalog.customer_changed.v1' ORDER BY xid, position"});
    EXPECT_THAT(rows.status(), IsOk());
    std::vector<std::pair<absl::Time, absl::Time>> times;
    for (int row = 0; row < rows->rows(); ++row) {
      events::v1::CatalogEvent event;
      EXPECT_TRUE(event.ParseFromString(std::string(rows->Text(row, 0))));
      times.emplace_back(*wire::TimeFromProto(event.customer().create_time()),
                         *wire::TimeFromProto(event.customer().update_time()));
    }
    return times;
  }

 private:
  WireCatalogEvents events_;
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  std::unique_ptr<TestDatabase> database_;
  std::unique_ptr<FeedSink> sink_;
  std::deque<std::string> names_, sqls_;
  int last_ = 0;
};

std::unique_ptr<stream::SinkWorld> MakeWorld() { return std::make_unique<FeedWorld>(); }

class FeedSinkTest : public ::testing::Test {
 protected:
  // Applies these to `partition` by `sink`, from where it stands.
  static absl::Status Apply(stream::AnySink& sink, int partition, const std::vector<Record>& records) {
    stream::Batch batch{.partition = {"catalog.feed", partition}};
    ASSIGN_OR_RETURN(const std::optional<stream::Position> position, sink.Load(batch.partition));
    batch.first_offset = position->next_offset;
    batch.next_offset = batch.first_offset + static_cast<std::int64_t>(records.size());
    std::vector<stream::AnySink::AnyItem> items;
    for (const Record& record : records) {
      ASSIGN_OR_RETURN(stream::AnySink::AnyItem item, sink.DecodeAny(record));
      items.push_back(std::move(item));
    }
    return sink.ApplyAny(batch, items);
  }
  static std::vector<std::int64_t> Rising(std::size_t size) {
    std::vector<std::int64_t> versions(size);
    for (std::size_t i = 0; i < size; ++i) versions[i] = static_cast<std::int64_t>(i) + 1;
    return versions;
  }

  FeedWorld world_;
};

TEST_F(FeedSinkTest, WritesWhatItIsToldAndTellsOfIt) {
  ASSERT_THAT(Apply(world_.sink(), 0,
                    {ProductRecord("A", "Hat"), CountRecord("A", 7), CustomerRecord("C", "Ada"), CountRecord("A", 5)}),
              IsOk());
  ASSERT_THAT(
      Apply(world_.sink(), 0, {ProductRecord("A", "Cap"), CustomerRecord("C", "Eve"), CustomerRecord("C", "Eve")}),
      IsOk());
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.products WHERE sku = 'A' AND name = 'Cap' AND version = 2 AND "
                          "price_minor = 100 AND attributes = '{\"a\": \"b\"}' AND active"),
            1);
  EXPECT_EQ(world_.Number("SELECT available FROM catalog.stock"), 5);
  EXPECT_EQ(world_.Number("SELECT sum(available_delta)::bigint FROM catalog.movements"), 5);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.customers WHERE id = 'C' AND name = 'Eve' AND version = 2"), 1);
  EXPECT_THAT(world_.Versions("ordermesh.catalog.product_changed.v1"),
              ::testing::ElementsAre(::testing::Pair(::testing::_, Rising(2))));
  EXPECT_THAT(world_.Versions("ordermesh.catalog.customer_changed.v1"),
              ::testing::ElementsAre(::testing::Pair("C", Rising(2))));
  EXPECT_THAT(world_.Versions("ordermesh.catalog.stock_changed.v1"),
              ::testing::ElementsAre(::testing::Pair(::testing::_, std::vector<std::int64_t>{2, 3})));
}

TEST_F(FeedSinkTest, AnEventHasTheTimesOfItsRow) {
  ASSERT_THAT(Apply(world_.sink(), 0, {CustomerRecord("C", "Ada")}), IsOk());
  ASSERT_THAT(Apply(world_.sink(), 0, {CustomerRecord("C", "Eve")}), IsOk());
  const std::vector<std::pair<absl::Time, absl::Time>> times = world_.CustomerTimes();
  ASSERT_EQ(times.size(), 2u);
  EXPECT_EQ(times[0].first, times[0].second);
  EXPECT_EQ(times[1].first, times[0].first);
  EXPECT_LT(times[0].second, times[1].second);
  EXPECT_EQ(world_.Number("SELECT (extract(epoch FROM created_at) * 1000000)::bigint FROM catalog.customers"),
            absl::ToUnixMicros(times[1].first));
  EXPECT_EQ(world_.Number("SELECT (extract(epoch FROM updated_at) * 1000000)::bigint FROM catalog.customers"),
            absl::ToUnixMicros(times[1].second));
}

// Two partitions never have one key, but a change by the API and one of the feed may meet, and so may those of a key
// whose partition has moved.
TEST_F(FeedSinkTest, ChangesOfOneRowAreToldInTheOrderOfTheirVersions) {
  constexpr int kThreads = 3, kRounds = 60;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&, t, sink = world_.MakeSink()] {
        for (int i = 0; i < kRounds; ++i) {
          const std::string name = absl::StrCat("by ", t, " round ", i);
          std::vector<Record> records;
          // In another order by each, so that they would wait for each other.
          for (int k = 0; k < 5; ++k) {
            const std::string key = absl::StrCat("K", t % 2 == 0 ? k : 4 - k);
            records.push_back(ProductRecord(key, name));
            records.push_back(CustomerRecord(key, name));
            records.push_back(CountRecord(key, 1 + t * kRounds + i));
          }
          absl::Status status = Apply(*sink, t, records);
          while (absl::IsAborted(status)) status = Apply(*sink, t, records);  // as the consumer does
          if (!status.ok()) ++failed;
        }
      });
    }
  }
  EXPECT_EQ(failed, 0);
  for (const char* type : {"ordermesh.catalog.product_changed.v1", "ordermesh.catalog.customer_changed.v1"}) {
    const auto versions = world_.Versions(type);
    EXPECT_EQ(versions.size(), 5u);
    for (const auto& [key, of] : versions) EXPECT_EQ(of, Rising(of.size())) << type << " " << key;
  }
  for (const auto& [key, of] : world_.Versions("ordermesh.catalog.stock_changed.v1")) {
    for (std::size_t i = 1; i < of.size(); ++i) EXPECT_EQ(of[i], of[i - 1] + 1) << key;
  }
  EXPECT_EQ(world_.Number("SELECT count(*) FROM catalog.stock s WHERE available <> (SELECT sum(available_delta) FROM "
                          "catalog.movements m WHERE m.product_id = s.product_id)"),
            0);
}

TEST_F(FeedSinkTest, WhatIsDeletedIsRefused) {
  ASSERT_THAT(Apply(world_.sink(), 0, {ProductRecord("A", "Hat"), CustomerRecord("C", "Ada")}), IsOk());
  world_.Run("UPDATE catalog.products SET deleted_at = now(); UPDATE catalog.customers SET deleted_at = now()");
  for (const Record& record : {ProductRecord("A", "Cap"), CountRecord("A", 1), CustomerRecord("C", "Eve")}) {
    EXPECT_THAT(Apply(world_.sink(), 0, {record}), testing::StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace ordermesh::catalog

namespace ordermesh::stream {
INSTANTIATE_TEST_SUITE_P(Feed, SinkConformance, ::testing::Values(&catalog::MakeWorld));
INSTANTIATE_TEST_SUITE_P(Feed, PositionConformance, ::testing::Values(&catalog::MakeWorld));
}  // namespace ordermesh::stream
