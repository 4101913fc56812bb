#include "libs/stream/record_id.h"

#include "gtest/gtest.h"
#include "libs/stream/testing/records.h"

namespace ordermesh::stream {
namespace {

Record WithId(const char* id) {
  Record record = RecordOf("a value", "a key");
  record.headers.emplace_back("ce_id", id);
  return record;
}

TEST(RecordIdTest, IsTheEventsId) {
  const char* id = "0199c0de-0000-7000-8000-000000000017";
  EXPECT_EQ(RecordId(WithId(id)).ToString(), id);
}

TEST(RecordIdTest, OfARecordWithoutOneDependsOnItsContentOnly) {
  Record here = RecordOf("1", "a key"), there = here;
  there.offset = 77;
  EXPECT_EQ(RecordId(here), RecordId(there));
  EXPECT_FALSE(RecordId(here).is_nil());
  EXPECT_NE(RecordId(here), RecordId(RecordOf("2", "a key")));
  there.timestamp += absl::Seconds(1);
  EXPECT_NE(RecordId(here), RecordId(there));
  EXPECT_NE(RecordId(Record()), base::Uuid());
}

TEST(RecordIdTest, ANilIdIsNone) {
  EXPECT_EQ(RecordId(WithId("00000000-0000-0000-0000-000000000000")), RecordId(RecordOf("a value", "a key")));
}

// Stored ids have to be found again by every later release.
TEST(RecordIdTest, NeverChanges) {
  EXPECT_EQ(RecordId(RecordOf("{\"not\": \"an event\", \"number\": 1}", "garbage")).ToString(),
            "64f1094b-9764-81fb-917e-abd04345afbd");
}

}  // namespace
}  // namespace ordermesh::stream
