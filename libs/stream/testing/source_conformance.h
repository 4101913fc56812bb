// What every record source must do. Instantiate with a factory of harnesses:
//   INSTANTIATE_TEST_SUITE_P(Fake, SourceConformance, ::testing::Values(&MakeFakeHarness));
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/stream/record_source.h"

namespace ordermesh::stream {

// A topic of one partition, empty at first.
class SourceHarness {
 public:
  virtual ~SourceHarness() = default;
  virtual Partition partition() = 0;
  virtual void Append(const std::vector<std::string>& values) = 0;
  // Takes away what stands before, as retention does.
  virtual void DropBefore(std::int64_t offset) = 0;
  // A member of the harness's group, which is given the partition.
  virtual std::unique_ptr<RecordSource> Open(RecordSource::Callbacks callbacks) = 0;
};

class SourceConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<SourceHarness>()>> {
 protected:
  SourceConformance() : harness_(GetParam()()), partition_(harness_->partition()) {}

  // Begins where start_ says, and notes in asked_ and revoked_ what it was told.
  std::unique_ptr<RecordSource> Open();
  // The values that come until there are `count`.
  std::vector<std::string> Read(RecordSource& source, std::size_t count);
  // Polls until `done`, or in vain.
  void PollUntil(RecordSource& source, const std::function<bool()>& done);

  std::unique_ptr<SourceHarness> harness_;
  const Partition partition_;
  absl::StatusOr<std::int64_t> start_ = 0;
  int asked_ = 0;
  int revoked_ = 0;
};

}  // namespace ordermesh::stream
