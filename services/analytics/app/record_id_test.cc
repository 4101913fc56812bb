#include "services/analytics/app/record_id.h"

#include "gtest/gtest.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {
namespace {

TEST(RecordIdTest, IsTheEventsId) {
  const SaleEvent event = AnAcceptedOrder();
  EXPECT_EQ(RecordId(RecordOf(event)), event.event_id);
}

TEST(RecordIdTest, OfARecordWithoutOneDependsOnItsContentOnly) {
  Record here = Garbage(1), there = Garbage(1);
  there.offset = 77;
  EXPECT_EQ(RecordId(here), RecordId(there));
  EXPECT_FALSE(RecordId(here).is_nil());
  EXPECT_NE(RecordId(Garbage(1)), RecordId(Garbage(2)));
  there.timestamp += absl::Seconds(1);
  EXPECT_NE(RecordId(here), RecordId(there));
  EXPECT_NE(RecordId(Record()), base::Uuid());
}

TEST(RecordIdTest, ANilIdIsNone) {
  Record record = WithHeader(Garbage(1), "ce_id", "00000000-0000-0000-0000-000000000000");
  EXPECT_EQ(RecordId(record), RecordId(Garbage(1)));
}

// Stored ids have to be found again by every later release.
TEST(RecordIdTest, NeverChanges) { EXPECT_EQ(RecordId(Garbage(1)).ToString(), "64f1094b-9764-81fb-917e-abd04345afbd"); }

}  // namespace
}  // namespace ordermesh::analytics
