// What every delivery queue must do. Instantiate with a factory of harnesses:
//   INSTANTIATE_TEST_SUITE_P(Fake, QueueConformance, ::testing::Values(&MakeFakeHarness));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/stream/message_queue.h"

namespace ordermesh::stream {

class QueueHarness {
 public:
  virtual ~QueueHarness() = default;
  virtual void Publish(const std::vector<std::string>& bodies) = 0;
  // Empty at first; buries what failed kHarnessLimit times and once more.
  virtual MessageQueue& queue() = 0;
  // What was buried, rejected included.
  virtual std::vector<std::string> Buried() = 0;
};

inline constexpr int kHarnessLimit = 10;

class QueueConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<QueueHarness>()>> {
 protected:
  QueueConformance() : harness_(GetParam()()), queue_(harness_->queue()) {}

  // Waits for `count`; fewer when no more come.
  std::vector<rabbitmq::Delivery> Receive(std::size_t count, int max = 100);

  std::unique_ptr<QueueHarness> harness_;
  MessageQueue& queue_;
};

}  // namespace ordermesh::stream
