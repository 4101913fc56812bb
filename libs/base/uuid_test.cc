#include "libs/base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/hash/hash_testing.h"
#include "libs/base/uuid_time.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::FakeRandom;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;

constexpr char kText[] = "0190b6b2-7c1e-7a64-9a51-3f2b1c4d5e6f";

TEST(UuidTest, ParsesWhatItPrints) {
  ASSERT_OK_AND_ASSIGN(const Uuid id, Uuid::Parse(kText));
  EXPECT_EQ(id.ToString(), kText);
  EXPECT_THAT(Uuid::FromBytes(id.bytes()), IsOkAndHolds(id));
  EXPECT_FALSE(id.is_nil());
  EXPECT_TRUE(Uuid().is_nil());
}

TEST(UuidTest, AcceptsUpperCase) {
  ASSERT_OK_AND_ASSIGN(const Uuid id, Uuid::Parse("0190B6B2-7C1E-7A64-9A51-3F2B1C4D5E6F"));
  EXPECT_EQ(id.ToString(), kText);
}

TEST(UuidTest, RefusesOtherForms) {
  for (absl::string_view text :
       {"", "0190b6b2", "0190b6b27c1e7a649a513f2b1c4d5e6f", "{0190b6b2-7c1e-7a64-9a51-3f2b1c4d5e6f}",
        "0190b6b2-7c1e-7a64-9a51-3f2b1c4d5e6g", "0190b6b2-7c1e-7a64-9a513-f2b1c4d5e6f",
        "0190b6b2_7c1e_7a64_9a51_3f2b1c4d5e6f", "0190b6b2-7c1e-7a64-9a51-3f2b1c4d5e6f "}) {
    EXPECT_THAT(Uuid::Parse(text), StatusIs(absl::StatusCode::kInvalidArgument)) << text;
  }
  EXPECT_THAT(Uuid::FromBytes("short"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(UuidV7SourceTest, HasTheLayoutOfTheStandard) {
  // The example of RFC 9562, A.6.
  FakeClock clock(absl::FromUnixMillis(0x017F22E279B0));
  FakeRandom random{0xCC3, 0x18C4DC0C0C07398Fu << 2};
  EXPECT_EQ(UuidV7Source(clock, random).Next().ToString(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(UuidV7SourceTest, RisesWithTime) {
  FakeClock clock;
  UuidV7Source ids(clock, SystemRandom());
  Uuid last;
  for (int i = 0; i < 1000; ++i) {
    const Uuid next = ids.Next();
    EXPECT_LT(last, next);
    EXPECT_LT(last.ToString(), next.ToString());
    last = next;
    clock.Advance(absl::Milliseconds(1));
  }
}

TEST(UuidV7SourceTest, DoesNotRepeatWithinAMillisecond) {
  FakeClock clock;
  UuidV7Source ids(clock, SystemRandom());
  std::set<Uuid> seen;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(seen.insert(ids.Next()).second);
}

TEST(UuidTest, HashesByValue) {
  EXPECT_TRUE(
      absl::VerifyTypeImplementsAbslHashCorrectly({Uuid(), testing::FakeIds::Number(1), testing::FakeIds::Number(2)}));
}

TEST(UuidTimeTest, AnIdHasTheMillisecondInWhichItWasMade) {
  FakeClock clock;
  FakeRandom random;
  UuidV7Source ids(clock, random);
  const absl::Time millisecond = absl::FromUnixMillis(absl::ToUnixMillis(clock.Now()));
  const Uuid id = ids.Next();
  EXPECT_EQ(TimeOfId(id), millisecond);
  EXPECT_EQ(TimeOfId(FirstIdOf(clock.Now())), millisecond);
  EXPECT_LE(FirstIdOf(clock.Now()), id);
  EXPECT_LT(id, FirstIdOf(clock.Now() + absl::Milliseconds(1)));
  EXPECT_EQ(FirstIdOf(absl::UnixEpoch() - absl::Seconds(1)), Uuid());
}

}  // namespace
}  // namespace ordermesh::base
