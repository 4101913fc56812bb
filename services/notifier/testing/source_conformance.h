// What every delivery source must do. Instantiate with a factory of harnesses:
//   INSTANTIATE_TEST_SUITE_P(Fake, SourceConformance, ::testing::Values(&MakeFakeHarness));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/notifier/delivery_source.h"

namespace ordermesh::notifier {

class SourceHarness {
 public:
  virtual ~SourceHarness() = default;
  virtual void Publish(const std::vector<std::string>& bodies) = 0;
  // Of the harness's queue, which is empty at first and buries what failed kHarnessLimit times and once more.
  virtual DeliverySource& source() = 0;
  // What was buried, refused included.
  virtual std::vector<std::string> Buried() = 0;
};

inline constexpr int kHarnessLimit = 10;

class SourceConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<SourceHarness>()>> {
 protected:
  SourceConformance() : harness_(GetParam()()), source_(harness_->source()) {}

  // Waits for `count`; fewer when no more come.
  std::vector<rabbitmq::Delivery> Receive(std::size_t count, int max = 100);

  std::unique_ptr<SourceHarness> harness_;
  DeliverySource& source_;
};

}  // namespace ordermesh::notifier
