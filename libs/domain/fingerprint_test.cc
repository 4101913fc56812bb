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
                                         Change{"EmptyContact", [](auto& o) { o.contact_email = ""; }},
                                         Change{"Sku", [](auto& o) { o.lines[0].sku = "SKU-0003"; }},
                                         Change{"Quantity", [](auto& o) { o.lines[0].quantity = 3; }},
                                         Change{"NegativeQuantity", [](auto& o) { o.lines[0].quantity = -2; }},
                                         Change{"OrderOfLines", [](auto& o) { std::swap(o.lines[0], o.lines[1]); }},
                                         Change{"OneLineLess", [](auto& o) { o.lines.pop_back(); }},
                                         Change{"Note", [](auto& o) { o.note = "ring once"; }}),
                         [](const auto& info) { return info.param.name; });

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
