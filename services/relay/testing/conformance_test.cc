// The conformance suites on the fakes.
#include "services/relay/testing/fake_outbox.h"
#include "services/relay/testing/fake_sink.h"
#include "services/relay/testing/outbox_conformance.h"
#include "services/relay/testing/sink_conformance.h"

namespace ordermesh::relay {
namespace {

class FakeOutboxUnderTest : public OutboxUnderTest {
 public:
  std::unique_ptr<OutboxStore> Open(const std::string& sink) override {
    return std::make_unique<FakeOutbox>(database_, sink);
  }
  void Append(const Event& event) override { database_.Append(event); }
  void AppendLate(const Event& event) override {
    late_ = database_.Begin();
    database_.Insert(late_, event);
  }
  void CommitLate() override { database_.Commit(late_); }
  void EndSession(const std::string& sink) override { database_.EndSession(sink); }
  void MakeCursorForeign(const std::string&) override { database_.SetSystem(2); }
  void PutCursorAhead(const std::string& sink) override { database_.SetNextXid(database_.cursor(sink).xid); }
  Position cursor(const std::string& sink) override { return database_.cursor(sink); }
  std::vector<std::pair<base::Uuid, std::string>> dead(const std::string& sink) override {
    return database_.dead(sink);
  }

 private:
  FakeDatabase database_;
  std::uint64_t late_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Fake, OutboxConformanceTest,
                         ::testing::Values([] { return std::make_unique<FakeOutboxUnderTest>(); }));

class FakeSinkUnderTest : public SinkUnderTest {
 public:
  Sink& sink() override { return sink_; }
  std::vector<Seen> Take(std::size_t count) override {
    sink_.WaitFor([&](const auto& got, int) { return got.size() >= count; });
    std::vector<Seen> seen;
    for (const Event& event : sink_.got()) {
      Seen& one = seen.emplace_back();
      one.id = event.id;
      one.order = event.subject;
      one.type = event.type;
      if (event.headers != "{}") one.traceparent = event.headers;
      if (auto data = wire::DecodeOrderEvent(event.payload); data.ok()) one.version = data->order_version;
    }
    return seen;
  }
  void Spoil(Event& event) override { sink_.Refuse(event.id); }
  void TakeDown() override { sink_.SetDown(true); }
  void BringUp() override { sink_.SetDown(false); }

 private:
  FakeSink sink_;
};

INSTANTIATE_TEST_SUITE_P(Fake, SinkConformanceTest,
                         ::testing::Values([] { return std::make_unique<FakeSinkUnderTest>(); }));

}  // namespace
}  // namespace ordermesh::relay
