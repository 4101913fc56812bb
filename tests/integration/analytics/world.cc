#include "tests/integration/analytics/world.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/random.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/kafka/dead_letter_writer.h"
#include "services/analytics/kafka/kafka_record_source.h"
#include "services/analytics/store/postgres_rollup_store.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::IsOk;

constexpr int kPartitions = 3;
constexpr absl::Duration kPatience = absl::Seconds(60);

kafka::Brokers Brokers() {
  const char* brokers = std::getenv("KAFKA_BROKERS");
  EXPECT_NE(brokers, nullptr) << "run it under tools/stack run";
  return {.addresses = brokers == nullptr ? "" : brokers};
}

// splitmix64: the same events for the same seed.
std::uint64_t Next(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// What our own clients never do: deleting topics and records.
class Operator {
 public:
  Operator() {
    char error[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", Brokers().addresses.c_str(), error, sizeof error);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    queue_ = rd_kafka_queue_new(client_);
  }
  ~Operator() {
    rd_kafka_queue_destroy(queue_);
    rd_kafka_destroy(client_);
  }
  void DeleteTopic(const std::string& topic) {
    rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
    rd_kafka_DeleteTopics(client_, &request, 1, nullptr, queue_);
    rd_kafka_DeleteTopic_destroy(request);
    WaitForAnswer("delete topic");
  }
  void DeleteRecords(const std::string& topic, int partition, std::int64_t before) {
    rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(offsets, topic.c_str(), partition)->offset = before;
    rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(offsets);
    rd_kafka_DeleteRecords(client_, &request, 1, nullptr, queue_);
    rd_kafka_DeleteRecords_destroy(request);
    rd_kafka_topic_partition_list_destroy(offsets);
    WaitForAnswer("delete records");
  }

 private:
  void WaitForAnswer(const char* what) {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, 30'000);
    ASSERT_NE(event, nullptr) << what;
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR) << what << rd_kafka_event_error_string(event);
    rd_kafka_event_destroy(event);
  }

  rd_kafka_t* client_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
};

}  // namespace

GroupMember::GroupMember(const std::string& database_url, const std::string& topic)
    : store_(std::make_unique<PostgresRollupStore>(postgres::ConnectionOptions{.url = database_url})),
      dead_letters_(std::make_unique<DeadLetterWriter>(
          kafka::ProducerOptions{.brokers = Brokers(), .client_id = "test"}, topic + ".dlt")),
      consumer_(std::make_unique<RecordConsumer>(
          [this] {
            return std::make_unique<ConsumeRecords>(ConsumeOptions{.max_records = 300, .gather = absl::Milliseconds(5)},
                                                    *store_, *dead_letters_, metrics_, base::SystemClock(),
                                                    base::SystemTimer());
          },
          [topic](RecordSource::Callbacks callbacks) {
            return OpenKafkaRecordSource({.brokers = Brokers(),
                                          .client_id = "test",
                                          .topic = topic,
                                          .group = topic,
                                          .session_timeout = absl::Seconds(6)},
                                         std::move(callbacks));
          },
          metrics_, base::SystemTimer(), base::SystemRandom())) {}

GroupMember::~GroupMember() { consumer_.reset(); }

void ConsumeWorld::SetUp() {
  static std::atomic<int> last{0};
  topic_ = absl::StrCat("orders.events.", getpid(), ".", ++last);
  absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
  ASSERT_THAT(database, IsOk());
  database_ = *std::move(database);
  ASSERT_THAT(kafka::EnsureTopics(Brokers(), {{.name = topic_ + ".dlt", .partitions = kPartitions}}, absl::Seconds(30)),
              IsOk());
  CreateTopic();
  producer_ = std::make_unique<kafka::Producer>(kafka::ProducerOptions{.brokers = Brokers(), .client_id = "test"});
}

void ConsumeWorld::CreateTopic() {
  ASSERT_THAT(kafka::EnsureTopics(Brokers(), {{.name = topic_, .partitions = kPartitions}}, absl::Seconds(30)), IsOk());
  // A topic is known a moment before its partitions are led.
  auto cluster = kafka::Cluster::Connect(Brokers(), "test");
  ASSERT_THAT(cluster, IsOk());
  for (int partition = 0; partition < kPartitions; ++partition) {
    WaitFor("a leader", [&] { return (*cluster)->Watermarks(topic_, partition, absl::Seconds(10)).ok(); });
  }
}

void ConsumeWorld::DeleteTopic() { Operator().DeleteTopic(topic_); }

void ConsumeWorld::DropRecordsBefore(int partition, std::int64_t offset) {
  Operator().DeleteRecords(topic_, partition, offset);
}

void ConsumeWorld::Publish(const std::vector<Record>& records) {
  std::vector<kafka::Record> out;
  for (const Record& record : records) out.push_back({topic_, record.key, record.value, record.headers});
  // A topic that was made a moment ago may not be known to every part of the broker yet.
  for (int tries = 0;; ++tries) {
    absl::Status status = producer_->Publish(out, absl::Seconds(30)).status;
    if (status.ok()) return;
    ASSERT_LT(tries, 20) << status;
    base::SystemTimer().SleepFor(absl::Milliseconds(200), {});
  }
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
    if (below(8) == 0) events.push_back(CancellationOf(order));
    const bool cancelled_first =
        !events.empty() && events.back().kind == SaleEvent::Kind::kCancelled && events.back().lines == order.lines;
    events.push_back(order);
    if (!cancelled_first && below(8) == 0) events.push_back(CancellationOf(order));
  }
  return events;
}

std::pair<std::int64_t, std::int64_t> ConsumeWorld::Range(int partition) {
  auto cluster = kafka::Cluster::Connect(Brokers(), "test");
  EXPECT_THAT(cluster, IsOk());
  auto range = (*cluster)->Watermarks(topic_, partition, absl::Seconds(10));
  EXPECT_THAT(range, IsOk());
  return range.value_or(std::make_pair<std::int64_t, std::int64_t>(-1, -1));
}

std::vector<Record> ConsumeWorld::DeadLetterRecords(std::size_t count) {
  auto consumer = kafka::Consumer::Create(
      {.brokers = Brokers(), .group = topic_ + ".reader", .client_id = "test", .topics = {topic_ + ".dlt"}},
      [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
      [](const std::string&, std::int32_t) {});
  EXPECT_THAT(consumer, IsOk());
  std::vector<Record> records;
  WaitFor("dead letters", [&] {
    auto polled = (*consumer)->Poll(100, absl::Milliseconds(100));
    if (polled.ok()) std::move(polled->begin(), polled->end(), std::back_inserter(records));
    return records.size() >= count;
  });
  return records;
}

void ConsumeWorld::WaitFor(const std::string& what, const std::function<bool()>& done) {
  const absl::Time until = absl::Now() + kPatience;
  while (!done()) {
    ASSERT_LT(absl::Now(), until) << "waited in vain for: " << what;
    base::SystemTimer().SleepFor(absl::Milliseconds(10), {});
  }
}

void ConsumeWorld::WaitUntilCounted() {
  std::vector<std::string> ends;
  for (int partition = 0; partition < kPartitions; ++partition) {
    ends.push_back(absl::StrCat("(", partition, ", ", Range(partition).second, "::bigint)"));
  }
  // A partition without records may never have been asked for.
  const std::string sql =
      absl::StrCat("SELECT count(*) FROM (VALUES ", absl::StrJoin(ends, ", "),
                   ") AS ends (partition, next) LEFT JOIN analytics.offsets o ON o.topic = '", topic_,
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
  std::map<std::string, std::array<std::int64_t, 6>> expected, found;
  for (const SaleEvent& event : events) {
    const int first = event.kind == SaleEvent::Kind::kAccepted ? 0 : 3;
    const std::string hour = absl::StrCat(absl::ToUnixSeconds(event.accept_time) / 3600);
    std::array<std::int64_t, 6>& total = expected[hour];
    ++total[first];
    std::map<std::string, bool> counted;
    for (const SaleLine& line : event.lines) {
      std::array<std::int64_t, 6>& product = expected[absl::StrCat(hour, " ", line.product_id.ToString())];
      if (!std::exchange(counted[line.product_id.ToString()], true)) ++product[first];
      for (auto* sums : {&total, &product}) {
        (*sums)[first + 1] += line.quantity;
        (*sums)[first + 2] += line.quantity * line.unit_price_minor;
      }
    }
  }
  const char* sql =
      "SELECT (extract(epoch FROM bucket)::bigint / 3600)::text || key, orders, units, revenue_minor, "
      "cancelled_orders, "
      "cancelled_units, cancelled_revenue_minor FROM ("
      "SELECT bucket, ' ' || product_id AS key, orders, units, revenue_minor, cancelled_orders, cancelled_units, "
      "cancelled_revenue_minor FROM analytics.sales UNION ALL "
      "SELECT bucket, '', orders, units, revenue_minor, cancelled_orders, cancelled_units, cancelled_revenue_minor "
      "FROM analytics.order_totals) AS all_rows";
  absl::StatusOr<postgres::Result> rows = database_->admin().Execute({"all_rollups", sql});
  ASSERT_THAT(rows, IsOk());
  for (int row = 0; row < rows->rows(); ++row) {
    auto& sums = found[std::string(rows->Text(row, 0))];
    for (int i = 0; i < 6; ++i) sums[i] = rows->Int8(row, i + 1);
  }
  EXPECT_EQ(found, expected);
}

}  // namespace ordermesh::analytics
