#include "libs/stream/kafka_record_source.h"

#include <gtest/gtest.h>

namespace ordermesh::stream {
namespace {

TEST(CommitMetadataTest, BringsThePositionBack) {
  const Position position{17, base::Uuid::Parse("0199c0de-0000-7000-8000-000000000017").value(), 5};
  EXPECT_EQ(CommitMetadata(position), "record=0199c0de-0000-7000-8000-000000000017 lost=5");
  EXPECT_EQ(CommittedPosition(17, CommitMetadata(position)), position);
  EXPECT_EQ(CommittedPosition(3, CommitMetadata({.next_offset = 3})), Position{.next_offset = 3});
}

TEST(CommitMetadataTest, OfAnOffsetThatAToolHasSetNothingMoreIsKnown) {
  for (const char* metadata : {"", "by hand", "record= lost=", "record=17 lost=x", " "}) {
    EXPECT_EQ(CommittedPosition(3, metadata), Position{.next_offset = 3}) << metadata;
  }
}

}  // namespace
}  // namespace ordermesh::stream
