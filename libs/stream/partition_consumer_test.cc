#include "libs/stream/partition_consumer.h"

#include <atomic>
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "libs/stream/testing/fake_dead_letters.h"
#include "libs/stream/testing/fake_sinks.h"
#include "libs/stream/testing/records.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::FakeRandom;

// What the thread opens: each source gives what the test says, on the thread.
class ScriptedSource : public RecordSource {
 public:
  explicit ScriptedSource(std::function<absl::StatusOr<std::vector<Record>>()> poll) : poll_(std::move(poll)) {}
  absl::StatusOr<std::vector<Record>> Poll(int, absl::Duration) override { return poll_(); }
  absl::StatusOr<Record> ReadAt(const Partition&, std::int64_t, absl::Duration) override {
    return absl::NotFoundError("empty");
  }
  absl::StatusOr<LogRange> Range(const Partition&, absl::Duration) override { return LogRange{}; }
  absl::Status Seek(const Partition&, std::int64_t) override { return absl::OkStatus(); }
  void Commit(const Partition&, const Position&) override {}
  absl::StatusOr<std::optional<Position>> Committed(const Partition&, absl::Duration) override { return std::nullopt; }

 private:
  const std::function<absl::StatusOr<std::vector<Record>>()> poll_;
};

class PartitionConsumerTest : public ::testing::Test {
 protected:
  std::unique_ptr<PartitionConsumer> Start(OpenRecordSource open) {
    return std::make_unique<PartitionConsumer>(ConsumeOptions{.activity = "testing"}, std::move(open), sink_,
                                               dead_letters_, metrics_, clock_, random_);
  }
  // Lets the thread's sleeps pass until `done`.
  void AdvanceUntil(const std::function<bool()>& done) {
    while (!done()) {
      clock_.Advance(absl::Seconds(5));
      std::this_thread::yield();
    }
  }

  FakeClock clock_;
  FakeRandom random_;
  FakeStore store_;
  FakeTransactionalSink sink_{store_};
  FakeDeadLetters dead_letters_;
  base::Metrics registry_;
  ConsumerMetrics metrics_{registry_, "test"};
};

TEST_F(PartitionConsumerTest, LogsWhatStaysBrokenMoreAndMoreRarely) {
  std::atomic<int> tries = 0;
  ::testing::internal::CaptureStderr();
  {
    auto consumer = Start([&](const auto&...) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
      ++tries;
      return absl::UnavailableError("down");
    });
    AdvanceUntil([&] { return tries >= 40; });
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("testing_waits"), std::string::npos) << log;
  EXPECT_NE(log.find("\"failures\":32"), std::string::npos) << log;
  EXPECT_EQ(log.find("\"failures\":30"), std::string::npos) << log;
}

TEST_F(PartitionConsumerTest, TriesAgainUntilASourceOpens) {
  std::atomic<int> tries = 0, polls = 0;
  auto consumer = Start([&](RecordSource::Callbacks) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
    if (++tries < 4) return absl::NotFoundError("the topic does not exist");
    return std::make_unique<ScriptedSource>([&]() -> absl::StatusOr<std::vector<Record>> {
      ++polls;
      return std::vector<Record>();
    });
  });
  AdvanceUntil([&] { return polls > 2; });
  EXPECT_EQ(tries, 4);
}

TEST_F(PartitionConsumerTest, OpensAnotherSourceWhenItsMembershipHasEnded) {
  std::atomic<int> opened = 0;
  std::atomic<int> polls = 0;
  auto consumer = Start([&](RecordSource::Callbacks) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
    const int number = ++opened;
    return std::make_unique<ScriptedSource>([&polls, number]() -> absl::StatusOr<std::vector<Record>> {
      if (number < 3) return absl::FailedPreconditionError("fenced");
      ++polls;
      return std::vector<Record>();
    });
  });
  AdvanceUntil([&] { return polls > 2; });
  EXPECT_EQ(opened, 3);
  EXPECT_EQ(metrics_.restarts.Value(), 2);
}

TEST_F(PartitionConsumerTest, KeepsItsSourceWhileABrokerIsAway) {
  std::atomic<int> opened = 0, polls = 0;
  auto consumer = Start([&](RecordSource::Callbacks) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
    ++opened;
    return std::make_unique<ScriptedSource>([&]() -> absl::StatusOr<std::vector<Record>> {
      if (++polls < 5) return absl::UnavailableError("no broker");
      return std::vector<Record>();
    });
  });
  AdvanceUntil([&] { return polls > 7; });
  EXPECT_EQ(opened, 1);
  EXPECT_EQ(metrics_.restarts.Value(), 0);
}

TEST_F(PartitionConsumerTest, AppliesWhatItTookBeforeItEnds) {
  std::atomic<int> polls = 0;
  {
    RecordSource::Callbacks given;
    auto consumer = Start([&](RecordSource::Callbacks callbacks) -> absl::StatusOr<std::unique_ptr<RecordSource>> {
      given = std::move(callbacks);
      return std::make_unique<ScriptedSource>([&]() -> absl::StatusOr<std::vector<Record>> {
        const int poll = polls++;
        if (poll == 0) {
          EXPECT_TRUE(given.start({"a.topic", 0}).ok());
        }
        std::vector<Record> records;
        if (poll < 2) {  // The first is applied at once; the second comes too soon after to be.
          records.push_back(NewRecord());
          records[0].topic = "a.topic";
          records[0].offset = poll;
        }
        return records;
      });
    });
    while (polls < 3) std::this_thread::yield();
    EXPECT_EQ(store_.effects().size(), 1);
  }
  EXPECT_EQ(store_.effects().size(), 2);
  EXPECT_EQ(sink_.Load({"a.topic", 0})->value().next_offset, 2);
}

}  // namespace
}  // namespace ordermesh::stream
