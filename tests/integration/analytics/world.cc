#include "tests/integration/analytics/world.h"

#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/random.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/store/postgres_rollup_store.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::IsOk;

constexpr int kPartitions = 3;

// splitmix64: the same events for the same seed.
std::uint64_t Next(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// Of the three that the kind has, in the order of the tables'.
int FirstColumnOf(SaleEvent::Kind kind) {
  switch (kind) {
    case SaleEvent::Kind::kAccepted:
      break;
    case SaleEvent::Kind::kCancelled:
      return 3;
    case SaleEvent::Kind::kPaid:
      return 6;
    case SaleEvent::Kind::kShipped:
      return 9;
  }
  return 0;
}

}  // namespace

CountingMember::CountingMember(const std::string& database_url, const stream::KafkaTopic& topic)
    : store_(std::make_unique<PostgresRollupStore>(postgres::ConnectionOptions{.url = database_url})),
      count_sales_(*store_, metrics_, base::SystemClock()),
      dead_letters_({.brokers = topic.brokers(), .client_id = "test"}, topic.dead_letter_topic()),
      consumer_(
          {.activity = "counting", .max_records = 300, .gather = absl::Milliseconds(5)},
          [&topic](stream::RecordSource::Callbacks callbacks) { return topic.Open(std::move(callbacks)); },
          count_sales_, dead_letters_, metrics_.consumer, base::SystemTimer(), base::SystemRandom()) {}

void ConsumeWorld::SetUp() {
  absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
  ASSERT_THAT(database, IsOk());
  database_ = *std::move(database);
}

void ConsumeWorld::MakeTopicAnew() {
  stream::DeleteTopic(topic_.brokers(), topic_.name());
  topic_.Create();
}

void ConsumeWorld::PublishEvents(const std::vector<SaleEvent>& events) {
  std::vector<Record> records;
  for (const SaleEvent& event : events) records.push_back(RecordOf(event));
  Publish(records);
}

std::vector<SaleEvent> ConsumeWorld::RandomEvents(int orders, int products) {
  std::vector<SaleEvent> events;
  auto below = [&](std::uint64_t limit) { return Next(seed_) % limit; };
  for (int i = 0; i < orders; ++i) {
    SaleEvent order = AnAcceptedOrder(below(products), static_cast<std::int64_t>(1 + below(9)),
                                      absl::FromUnixSeconds(1772373600) + absl::Minutes(static_cast<int>(below(180))));
    for (std::uint64_t more = below(3); more > 0; --more) {
      const std::uint64_t product = below(products);
      order.lines.push_back({ProductNumber(product), absl::StrCat("SKU-", product),
                             static_cast<std::int64_t>(1 + below(9)), static_cast<std::int64_t>(100 + below(900))});
    }
    // Any of them may come before the order itself.
    std::vector<SaleEvent> of_order = {order};
    if (below(4) == 0) of_order.push_back(PaymentOf(order));
    if (below(8) == 0) of_order.push_back(ShipmentOf(order));
    if (below(4) == 0) of_order.push_back(CancellationOf(order));
    std::swap(of_order.front(), of_order[below(of_order.size())]);
    events.insert(events.end(), of_order.begin(), of_order.end());
  }
  return events;
}

void ConsumeWorld::WaitUntilCounted() {
  std::vector<std::string> ends;
  for (int partition = 0; partition < kPartitions; ++partition) {
    ends.push_back(absl::StrCat("(", partition, ", ", End(partition), "::bigint)"));
  }
  // A partition without records may never have been asked for.
  const std::string sql =
      absl::StrCat("SELECT count(*) FROM (VALUES ", absl::StrJoin(ends, ", "),
                   ") AS ends (partition, next) LEFT JOIN analytics.offsets o ON o.topic = '", topic_.name(),
                   "' AND o.partition = ends.partition WHERE coalesce(o.next_offset, 0) <> ends.next");
  WaitFor("every record counted", [&] { return Number(sql) == 0; });
}

std::int64_t ConsumeWorld::Number(const std::string& sql) {
  // One statement has one text for ever, so each is given its own session.
  postgres::Connection db({.url = database_->url()});
  absl::StatusOr<postgres::Result> result = db.Execute({"number", sql.c_str()});
  EXPECT_THAT(result, IsOk()) << sql;
  return result.ok() ? result->Int8(0, 0) : -1;
}

std::string ConsumeWorld::Rollups() {
  absl::StatusOr<postgres::Result> result =
      database_->admin().Execute({"rollups",
                                  "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM ("
                                  "SELECT 'sales ' || s::text AS line FROM analytics.sales s UNION ALL "
                                  "SELECT 'totals ' || t::text FROM analytics.order_totals t) AS lines"});
  EXPECT_THAT(result, IsOk());
  return result.ok() ? std::string(result->Text(0, 0)) : "";
}

// Not by Fold: the test adds up by itself.
void ConsumeWorld::ExpectRollupsOf(const std::vector<SaleEvent>& events) {
  using Columns = std::array<std::int64_t, 12>;
  std::map<std::string, Columns> expected, found;
  for (const SaleEvent& event : events) {
    const int first = FirstColumnOf(event.kind);
    const std::string hour = absl::StrCat(absl::ToUnixSeconds(event.accept_time) / 3600);
    Columns& total = expected[hour];
    ++total[first];
    std::map<std::string, bool> counted;
    for (const SaleLine& line : event.lines) {
      Columns& product = expected[absl::StrCat(hour, " ", line.product_id.ToString())];
      if (!std::exchange(counted[line.product_id.ToString()], true)) ++product[first];
      for (auto* sums : {&total, &product}) {
        (*sums)[first + 1] += line.quantity;
        (*sums)[first + 2] += line.quantity * line.unit_price_minor;
      }
    }
  }
  const char* sql =
      "SELECT (extract(epoch FROM bucket)::bigint / 3600)::text || key, orders, units, revenue_minor, "
      "cancelled_orders, cancelled_units, cancelled_revenue_minor, paid_orders, paid_units, paid_revenue_minor, "
      "shipped_orders, shipped_units, shipped_revenue_minor FROM ("
      "SELECT *, ' ' || product_id AS key FROM analytics.sales UNION ALL "
      "SELECT bucket, NULL, currency, NULL, orders, units, revenue_minor, cancelled_orders, cancelled_units, "
      "cancelled_revenue_minor, paid_orders, paid_units, paid_revenue_minor, shipped_orders, shipped_units, "
      "shipped_revenue_minor, '' FROM analytics.order_totals) AS all_rows";
  absl::StatusOr<postgres::Result> rows = database_->admin().Execute({"all_rollups", sql});
  ASSERT_THAT(rows, IsOk());
  for (int row = 0; row < rows->rows(); ++row) {
    auto& sums = found[std::string(rows->Text(row, 0))];
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = rows->Int8(row, static_cast<int>(i) + 1);
  }
  EXPECT_EQ(found, expected);
}

}  // namespace ordermesh::analytics
