// What every sink has to do, and what those have to do that keep positions. Instantiate for fake and real ones:
//   INSTANTIATE_TEST_SUITE_P(Fake, SinkConformance, ::testing::Values(&MakeFakeWorld));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "libs/stream/partition_sink.h"

namespace ordermesh::stream {

// A store that is empty at first, and records of which its sinks make what the names say.
class SinkWorld {
 public:
  virtual ~SinkWorld() = default;
  virtual AnySink& sink() = 0;
  virtual Record Good() = 0;      // each time another; has one effect
  virtual Record Needless() = 0;  // needs none
  virtual Record Garbage() = 0;   // can't be understood
  virtual Record Refused() = 0;   // is understood, but Apply refuses it
  virtual std::int64_t Effects() = 0;
};

class SinkConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<SinkWorld>()>> {
 protected:
  SinkConformance() : world_(GetParam()()), sink_(world_->sink()) {}
  void SetUp() override { ASSERT_TRUE(sink_.Load(kPartition).ok()); }

  // Applies these, the first of which has offset `first`.
  absl::Status Apply(std::int64_t first, const std::vector<Record>& records);

  const Partition kPartition{"a.topic", 2};
  std::unique_ptr<SinkWorld> world_;
  AnySink& sink_;
};

class PositionConformance : public SinkConformance {};

}  // namespace ordermesh::stream
