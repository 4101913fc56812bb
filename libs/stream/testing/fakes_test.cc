// The fakes pass what the real ones pass.
#include "gtest/gtest.h"
#include "libs/stream/testing/dead_letters_conformance.h"
#include "libs/stream/testing/fake_dead_letters.h"
#include "libs/stream/testing/fake_record_source.h"
#include "libs/stream/testing/fake_sinks.h"
#include "libs/stream/testing/records.h"
#include "libs/stream/testing/sink_conformance.h"
#include "libs/stream/testing/source_conformance.h"

namespace ordermesh::stream {
namespace {

class FakeSourceHarness : public SourceHarness {
 public:
  Partition partition() override { return {"a.topic", 0}; }
  void Append(const std::vector<std::string>& values) override {
    for (const std::string& value : values) log_.Append(partition(), RecordOf(value));
  }
  void DropBefore(std::int64_t offset) override { log_.DropBefore(partition(), offset); }
  std::unique_ptr<RecordSource> Open(RecordSource::Callbacks callbacks) override {
    auto source = std::make_unique<FakeRecordSource>(log_, std::move(callbacks));
    source->Assign({partition()});
    return source;
  }

 private:
  FakeLog log_;
};

INSTANTIATE_TEST_SUITE_P(Fake, SourceConformance,
                         ::testing::Values([] { return std::make_unique<FakeSourceHarness>(); }));

class FakeDeadLettersHarness : public DeadLettersHarness {
 public:
  DeadLetters& dead_letters() override { return letters_; }
  std::vector<StoredLetter> Stored(std::size_t) override { return letters_.letters; }

 private:
  FakeDeadLetters letters_;
};

INSTANTIATE_TEST_SUITE_P(Fake, DeadLettersConformance,
                         ::testing::Values([] { return std::make_unique<FakeDeadLettersHarness>(); }));

template <typename Sink>
class FakeSinkWorld : public SinkWorld {
 public:
  AnySink& sink() override { return sink_; }
  Record Good() override { return NewRecord(); }
  Record Needless() override { return RecordOf("ignore"); }
  Record Garbage() override { return RecordOf("garbage"); }
  Record Refused() override { return RecordOf("poison"); }
  std::int64_t Effects() override { return static_cast<std::int64_t>(store_.effects().size()); }

 private:
  FakeStore store_;
  Sink sink_{store_};
};
using TransactionalWorld = FakeSinkWorld<FakeTransactionalSink>;
using IdempotentWorld = FakeSinkWorld<FakeIdempotentSink>;

INSTANTIATE_TEST_SUITE_P(FakeTransactional, SinkConformance,
                         ::testing::Values([] { return std::make_unique<TransactionalWorld>(); }));
INSTANTIATE_TEST_SUITE_P(FakeTransactional, PositionConformance,
                         ::testing::Values([] { return std::make_unique<TransactionalWorld>(); }));
INSTANTIATE_TEST_SUITE_P(FakeIdempotent, SinkConformance,
                         ::testing::Values([] { return std::make_unique<IdempotentWorld>(); }));

}  // namespace
}  // namespace ordermesh::stream
