// Sinks that keep no positions, with real Kafka: members come, go and are killed; nothing is lost, whatever is repeated
// is repeated from a place where everything before it had its effect.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/random.h"
#include "libs/stream/kafka_dead_letters.h"
#include "libs/stream/partition_consumer.h"
#include "libs/stream/testing/fake_sinks.h"
#include "libs/stream/testing/kafka_operator.h"
#include "libs/stream/testing/kafka_topic.h"
#include "libs/stream/testing/records.h"

namespace ordermesh::stream {
namespace {

using ::testing::UnorderedElementsAre;

constexpr int kPartitions = 3;

// `count` records of few keys, so that each partition gets some. Their values tell them apart.
std::vector<Record> Records(int count, int from = 0) {
  std::vector<Record> records;
  for (int i = 0; i < count; ++i) records.push_back(RecordOf(absl::StrCat(from + i), absl::StrCat("key ", i % 17)));
  return records;
}

// What became of the record at one place.
struct Effect {
  int partition = 0;
  std::int64_t offset = 0;
  std::string value;
};

// A member in a process of its own.
class Process {
 public:
  Process(const KafkaTopic& topic, const std::string& file, const std::string& failpoints) {
    std::vector<std::string> arguments = {STREAM_MEMBER, topic.brokers().addresses, topic.name(), file};
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    setenv("ORDERMESH_FAILPOINTS", failpoints.c_str(), 1);
    EXPECT_EQ(posix_spawn(&pid_, argv[0], nullptr, nullptr, argv.data(), environ), 0);
    unsetenv("ORDERMESH_FAILPOINTS");
  }
  ~Process() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    Wait();
  }
  // Its exit, as waitpid tells it.
  int Wait() {
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return status;
  }
  void Stop() { kill(pid_, SIGTERM); }

 private:
  pid_t pid_ = 0;
};

class CrashTest : public ::testing::Test {
 protected:
  CrashTest() : file_(absl::StrCat(::testing::TempDir(), "/effects.", getpid())) {}
  ~CrashTest() override { unlink(file_.c_str()); }

  std::vector<Effect> Effects() const {
    std::vector<Effect> effects;
    std::ifstream file(file_);
    Effect effect;
    while (file >> effect.partition >> effect.offset >> effect.value) effects.push_back(effect);
    return effects;
  }
  std::size_t Distinct() const {
    std::set<std::string> values;
    for (const Effect& effect : Effects()) values.insert(effect.value);
    return values.size();
  }

  KafkaTopic topic_{kPartitions};
  const std::string file_;
};

TEST_F(CrashTest, KilledBetweenTheEffectAndItsCommitItRepeatsAndLosesNothing) {
  constexpr int kRecords = 2000;
  topic_.Publish(Records(kRecords));
  for (const int passage : {1, 3, 9, 4}) {
    Process member(topic_, file_, absl::StrCat("member_after_effect=crash@", passage));
    const int status = member.Wait();
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
  }
  Process last(topic_, file_, "");
  WaitFor("every record", [&] { return Distinct() == kRecords; });
  last.Stop();
  EXPECT_EQ(last.Wait(), 0);

  const std::vector<Effect> effects = Effects();
  EXPECT_GT(effects.size(), static_cast<std::size_t>(kRecords))
      << "nothing was repeated: was anyone killed in between?";
  std::map<int, std::int64_t> next;
  for (const Effect& effect : effects) {
    std::int64_t& expected = next[effect.partition];
    EXPECT_LE(effect.offset, expected) << "left out before " << effect.offset;
    expected = effect.offset + 1;
  }
  for (int partition = 0; partition < kPartitions; ++partition) {
    EXPECT_EQ(next[partition], topic_.Range(partition).next);
  }
}

TEST_F(CrashTest, StoppedInOrderItRepeatsNothing) {
  constexpr int kRecords = 300;
  for (int round = 1; round <= 2; ++round) {
    topic_.Publish(Records(kRecords, round * kRecords));
    Process member(topic_, file_, "");
    WaitFor("every record", [&] { return Effects().size() >= static_cast<std::size_t>(round * kRecords); });
    member.Stop();
    EXPECT_EQ(member.Wait(), 0);
  }
  EXPECT_EQ(Effects().size(), 2u * kRecords);
  EXPECT_EQ(Distinct(), 2u * kRecords);
}

// A member within this process; its sinks share one store.
class Member {
 public:
  Member(const KafkaTopic& topic, FakeStore& store)
      : sink_(store),
        dead_letters_({.brokers = topic.brokers(), .client_id = "test"}, topic.dead_letter_topic()),
        consumer_(
            {.max_records = 100, .gather = absl::Milliseconds(5)},
            [&topic](RecordSource::Callbacks callbacks) { return topic.Open(std::move(callbacks)); }, sink_,
            dead_letters_, metrics_, base::SystemTimer(), base::SystemRandom()) {}
  ConsumerMetrics& metrics() { return metrics_; }

 private:
  base::Metrics registry_;
  ConsumerMetrics metrics_{registry_, "ordermesh_test"};
  FakeIdempotentSink sink_;
  KafkaDeadLetters dead_letters_;
  PartitionConsumer consumer_;
};

class IdempotentTest : public ::testing::Test {
 protected:
  std::unique_ptr<Member> Join() { return std::make_unique<Member>(topic_, store_); }
  void WaitForEffects(std::size_t count) {
    WaitFor("effects", [&] { return store_.effects().size() >= count; });
  }
  void ExpectEffectsOf(const std::vector<Record>& records) {
    std::multiset<std::string> expected, found;
    for (const Record& record : records) expected.insert(record.value);
    for (const std::string& effect : store_.effects()) found.insert(effect);
    EXPECT_EQ(found, expected);
  }

  KafkaTopic topic_{kPartitions};
  FakeStore store_;
};

TEST_F(IdempotentTest, MembersThatComeAndGoLoseNothing) {
  const std::vector<Record> records = Records(3000);
  std::jthread publisher([&] {
    for (std::size_t at = 0; at < records.size(); at += 50) {
      topic_.Publish({records.begin() + at, records.begin() + std::min(at + 50, records.size())});
    }
  });
  auto progress = [&] { WaitForEffects(std::min(store_.effects().size() + 300, records.size())); };
  auto one = Join();
  progress();
  auto two = Join();
  WaitFor("partitions for both",
          [&] { return one->metrics().assigned.Value() > 0 && two->metrics().assigned.Value() > 0; });
  progress();
  one.reset();
  WaitFor("all for the other", [&] { return two->metrics().assigned.Value() == kPartitions; });
  publisher.join();
  WaitForEffects(records.size());
  ExpectEffectsOf(records);
}

TEST_F(IdempotentTest, FindsWhatIsRefusedAndBuriesIt) {
  std::vector<Record> records = Records(100);
  std::vector<Record> all = records;
  for (const int at : {90, 41, 40, 7}) all.insert(all.begin() + at, RecordOf(absl::StrCat("poison ", at), "key 3"));
  all.insert(all.begin() + 20, RecordOf("garbage", "key 5"));
  topic_.Publish(all);
  auto member = Join();
  WaitForEffects(records.size());
  ExpectEffectsOf(records);
  std::vector<std::string> buried;
  for (const Record& letter : topic_.DeadLetterRecords(5)) buried.push_back(letter.value);
  EXPECT_THAT(buried, UnorderedElementsAre("poison 7", "poison 40", "poison 41", "poison 90", "garbage"));
}

TEST_F(IdempotentTest, ATopicMadeAnewWhileNobodyReadIsReadFromItsStart) {
  const std::vector<Record> first = Records(300);
  topic_.Publish(first);
  {
    auto member = Join();
    WaitForEffects(first.size());
  }
  DeleteTopic(topic_.brokers(), topic_.name());
  topic_.Create();
  const std::vector<Record> second = Records(900, 1000);  // so that the old offsets lie within the new log
  topic_.Publish(second);
  auto member = Join();
  WaitForEffects(first.size() + second.size());
  std::vector<Record> all = first;
  all.insert(all.end(), second.begin(), second.end());
  ExpectEffectsOf(all);
}

TEST_F(IdempotentTest, TheGroupRemembersWhatKafkaDropped) {
  topic_.Publish(Records(100));
  {
    auto member = Join();
    WaitForEffects(100);
  }
  const std::int64_t applied = topic_.Range(0).next;
  topic_.Publish(Records(200, 1000));
  const std::int64_t end = topic_.Range(0).next;
  ASSERT_GT(end, applied + 2);
  DropRecordsBefore(topic_.brokers(), topic_.name(), 0, end - 1);
  const std::int64_t lost = end - 1 - applied;
  {
    auto member = Join();
    WaitForEffects(static_cast<std::size_t>(300 - lost));
  }
  absl::StatusOr<std::optional<Position>> position;
  auto reader =
      topic_.Open({[](const Partition&) { return absl::UnavailableError("reads nothing"); }, [](const Partition&) {}});
  ASSERT_TRUE(reader.ok());
  WaitFor("the committed position", [&] {
    position = (*reader)->Committed({topic_.name(), 0}, absl::Seconds(10));
    return position.ok() && position->has_value();
  });
  EXPECT_EQ((*position)->next_offset, end);
  EXPECT_EQ((*position)->lost_records, lost);
}

}  // namespace
}  // namespace ordermesh::stream
