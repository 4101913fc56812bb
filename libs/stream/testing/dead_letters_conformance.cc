#include "libs/stream/testing/dead_letters_conformance.h"

#include <gmock/gmock.h>

#include "libs/stream/testing/records.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::IsOk;

TEST_P(DeadLettersConformance, WhatWasWrittenIsStoredWithItsPlaceAndReason) {
  std::unique_ptr<DeadLettersHarness> harness = GetParam()();
  std::vector<StoredLetter> letters;
  std::vector<Record> records;
  for (int i = 0; i < 3; ++i) {
    records.push_back(RecordOf(absl::StrCat("value ", i), "one key"));
    records.back().topic = "a.topic";
    records.back().offset = 70 + i;
    letters.push_back({"a.topic", 70 + i, absl::StrCat("reason ", i), records.back().value});
  }
  ASSERT_THAT(harness->dead_letters().Write(std::vector<DeadLetter>{{&records[0], "reason 0"}}), IsOk());
  ASSERT_THAT(
      harness->dead_letters().Write(std::vector<DeadLetter>{{&records[1], "reason 1"}, {&records[2], "reason 2"}}),
      IsOk());
  EXPECT_EQ(harness->Stored(3), letters);
}

TEST_P(DeadLettersConformance, NoLettersAreWrittenAtOnce) {
  std::unique_ptr<DeadLettersHarness> harness = GetParam()();
  EXPECT_THAT(harness->dead_letters().Write({}), IsOk());
  EXPECT_EQ(harness->Stored(0), std::vector<StoredLetter>());
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(DeadLettersConformance);

}  // namespace
}  // namespace ordermesh::stream
