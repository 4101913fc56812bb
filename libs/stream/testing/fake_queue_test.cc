#include "libs/stream/testing/fake_queue.h"

#include <gtest/gtest.h>

#include <memory>

#include "libs/stream/testing/queue_conformance.h"

namespace ordermesh::stream {
namespace {

class FakeHarness : public QueueHarness {
 public:
  void Publish(const std::vector<std::string>& bodies) override {
    for (const std::string& body : bodies) queue_.Publish(body);
  }
  MessageQueue& queue() override { return queue_; }
  std::vector<std::string> Buried() override {
    std::vector<std::string> all = queue_.buried();
    for (const std::string& body : queue_.rejected()) all.push_back(body);
    return all;
  }

 private:
  FakeQueue queue_{kHarnessLimit};
};

INSTANTIATE_TEST_SUITE_P(Fake, QueueConformance, ::testing::Values([] { return std::make_unique<FakeHarness>(); }));

}  // namespace
}  // namespace ordermesh::stream
