// What every place for dead letters must do. Instantiate with a factory of harnesses.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "libs/stream/dead_letters.h"

namespace ordermesh::stream {

struct StoredLetter {
  std::string topic;  // of the record
  std::int64_t offset = 0;
  std::string reason;
  std::string value;

  friend bool operator==(const StoredLetter&, const StoredLetter&) = default;
};

class DeadLettersHarness {
 public:
  virtual ~DeadLettersHarness() = default;
  virtual DeadLetters& dead_letters() = 0;
  // What is stored, once there are `count`; in the order of each key.
  virtual std::vector<StoredLetter> Stored(std::size_t count) = 0;
};

class DeadLettersConformance : public ::testing::TestWithParam<std::function<std::unique_ptr<DeadLettersHarness>()>> {};

}  // namespace ordermesh::stream
