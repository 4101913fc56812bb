#include "libs/domain/fingerprint.h"

#include <functional>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace ordermesh::domain {
namespace {

NewOrder AnOrder() {
  NewOrder order;
  order.caller = "default";
  order.request_id = "r-1";
  order.customer_id = "CUST-0001";
  order.contact_email = "ada@example.com";
  order.lines = {{"SKU-0001", 2}, {"SKU-0002", 1}};
  order.note = "ring twice";
  return order;
}

// Fingerprints are stored: this value may never change, or yesterday's repeats are refused.
TEST(FingerprintTest, IsWhatIsStored) {
  EXPECT_EQ(absl::BytesToHexString(Fingerprint(AnOrder())),
            "01e5ede504012bbc794c9c5ba4cba6162058dca4300f2cd3eac29e009240890787");
  EXPECT_EQ(Fingerprint(AnOrder()).size(), 33u);
}

TEST(FingerprintTest, IgnoresWhoCallsAndUnderWhichId) {
  NewOrder other = AnOrder();
  other.caller = "someone";
  other.request_id = "r-2";
  EXPECT_EQ(Fingerprint(other), Fingerprint(AnOrder()));
  EXPECT_TRUE(MatchesFingerprint(other, Fingerprint(AnOrder())));
}

struct Change {
  std::string name;
  std::function<void(NewOrder&)> change;
};
class FingerprintChangeTest : public testing::TestWithParam<Change> {};
TEST_P(FingerprintChangeTest, MakesAnotherFingerprint) {
  NewOrder other = AnOrder();
  GetParam().change(other);
  EXPECT_NE(Fingerprint(other), Fingerprint(AnOrder()));
  EXPECT_FALSE(MatchesFingerprint(other, Fingerprint(AnOrder())));
}
INSTANTIATE_TEST_SUITE_P(Fields, FingerprintChangeTest,
                         testing::Values(Change{"Customer", [](auto& o) { o.customer_id = "CUST-0002"; }},
                                         Change{"Contact", [](auto& o) { o.contact_email = "bob@example.com"; }},
                                         Change{"NoContact", [](auto& o) { o.contact_email.reset(); }},
                                         Change{"Sku", [](auto& o) { o.lines[0].sku = "SKU-0003"; }},
                                         Change{"Quantity", [](auto& o) { o.lines[0].quantity = 3; }},
                                         Change{"NegativeQuantity", [](auto& o) { o.lines[0].quantity = -2; }},
                                         Change{"OrderOfLines", [](auto& o) { std::swap(o.lines[0], o.lines[1]); }},
                                         Change{"OneLineLess", [](auto& o) { o.lines.pop_back(); }},
                                         Change{"Note", [](auto& o) { o.note = "ring once"; }}),
                         [](const auto& info) { return info.param.name; });

// What releases before stored for the same order without a contact, and with an empty one.
constexpr char kStoredWithoutContact[] = "01e5e12f9144214469ae77d3c7db28a0c4ce2739d252d2e68856f1c04a2f1e05af";
constexpr char kStoredWithEmptyContact[] = "01f0371078961d1f23f1c0f0256dcd0da81ee7937834df41678cdeb2ebd3daeb22";

TEST(FingerprintTest, AnEmptyContactAsksForTheSameAsNone) {
  NewOrder without = AnOrder(), empty = AnOrder();
  without.contact_email.reset();
  empty.contact_email = "";
  EXPECT_EQ(Fingerprint(empty), Fingerprint(without));
  EXPECT_EQ(absl::BytesToHexString(Fingerprint(empty)), kStoredWithoutContact) << "an earlier release reads it, too";
  for (const char* stored : {kStoredWithoutContact, kStoredWithEmptyContact}) {
    EXPECT_TRUE(MatchesFingerprint(without, absl::HexStringToBytes(stored))) << stored;
    EXPECT_TRUE(MatchesFingerprint(empty, absl::HexStringToBytes(stored))) << stored;
    EXPECT_FALSE(MatchesFingerprint(AnOrder(), absl::HexStringToBytes(stored))) << stored;
  }
}

TEST(FingerprintTest, TextCanNotMoveFromOneFieldToTheNext) {
  NewOrder a, b;
  a.customer_id = "ab";
  a.note = "c";
  b.customer_id = "a";
  b.note = "bc";
  EXPECT_NE(Fingerprint(a), Fingerprint(b));
}

TEST(FingerprintTest, MatchesNothingThatItDidNotMake) {
  EXPECT_FALSE(MatchesFingerprint(AnOrder(), ""));
  std::string later = Fingerprint(AnOrder());
  later[0] = 2;
  EXPECT_FALSE(MatchesFingerprint(AnOrder(), later));
  EXPECT_FALSE(MatchesFingerprint(AnOrder(), Fingerprint(AnOrder()).substr(0, 32)));
}

}  // namespace
}  // namespace ordermesh::domain
