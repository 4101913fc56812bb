#include "libs/api/fingerprint.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "absl/strings/escaping.h"
#include "google/protobuf/text_format.h"
#include "ordermesh/testing/v1/gift.pb.h"

namespace ordermesh::api {
namespace {

using ::ordermesh::testing::v1::Gift;

Gift Parse(const std::string& text) {
  Gift gift;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &gift)) << text;
  return gift;
}

std::string Of(const std::string& text) { return Fingerprint(Parse(text)); }

constexpr char kFull[] = R"(sku: "s" name: "n" price { currency_code: "EUR" units: 2 nanos: -5 } active: false
  attributes { key: "a" value: "1" } attributes { key: "b" value: "" } tags: "t" tags: "u"
  wrapping { paper: "p" } spare_wrappings { paper: "q" } spare_wrappings {} weight: 1.5 pieces: -3 size: SIZE_SMALL)";

// Fingerprints are stored: these may never change, or yesterday's repeats are refused.
TEST(FingerprintTest, IsWhatIsStored) {
  EXPECT_EQ(absl::BytesToHexString(Of("")), "01e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(absl::BytesToHexString(Of(kFull)), "01ff5a625da100278db15be94263f4ae664444da444fcbaea7f5650d9d257334bf");
  EXPECT_EQ(Of(kFull).size(), 33u);
}

TEST(FingerprintTest, DiffersForEverythingThatDiffers) {
  std::set<std::string> seen;
  for (const char* text : {"",
                           R"(sku: "s")",
                           R"(name: "s")",
                           R"(name: "t")",
                           "active: false",
                           "active: true",
                           "pieces: 1",
                           "pieces: -1",
                           "weight: 1",
                           "weight: -1",
                           "size: SIZE_SMALL",
                           "price {}",
                           "price { units: 1 }",
                           "price { nanos: 1 }",
                           "wrapping {}",
                           R"(wrapping { paper: "a" })",
                           R"(wrapping { colour: "a" })",
                           R"(tags: "a")",
                           R"(tags: "a" tags: "b")",
                           R"(tags: "b" tags: "a")",
                           R"(tags: "ab")",
                           R"(tags: "")",
                           R"(tags: "" tags: "")",
                           "spare_wrappings {}",
                           "spare_wrappings {} spare_wrappings {}",
                           R"(spare_wrappings { paper: "a" })",
                           R"(attributes { key: "a" value: "b" })",
                           R"(attributes { key: "b" value: "a" })",
                           R"(attributes { key: "ab" value: "" })",
                           R"(attributes { key: "" value: "ab" })",
                           R"(attributes { key: "" value: "" })"}) {
    EXPECT_TRUE(seen.insert(Of(text)).second) << text;
  }
}

TEST(FingerprintTest, IsTheSameForWhatIsTheSame) {
  EXPECT_EQ(Of(R"(name: "" pieces: 0)"), Of(""));
  EXPECT_EQ(Of(R"(attributes { key: "a" value: "1" } attributes { key: "b" value: "2" })"),
            Of(R"(attributes { key: "b" value: "2" } attributes { key: "a" value: "1" })"));
  Gift parsed;
  ASSERT_TRUE(parsed.ParseFromString(Parse(kFull).SerializeAsString()));
  EXPECT_EQ(Fingerprint(parsed), Of(kFull));
}

TEST(FingerprintTest, IgnoresWhatAClientCanNotAskFor) {
  EXPECT_EQ(Of(R"(id: "i" create_time { seconds: 1 } name: "n")"), Of(R"(name: "n")"));
  EXPECT_EQ(Of(R"(wrapping { wrapped_by: "w" })"), Of("wrapping {}"));
}

TEST(FingerprintTest, IgnoresWhatIsExcepted) {
  EXPECT_EQ(Fingerprint(Parse(R"(name: "n" etag: "e" wrapping { paper: "p" })"), {"etag"}),
            Of(R"(name: "n" wrapping { paper: "p" })"));
  EXPECT_NE(Fingerprint(Parse(R"(name: "n" wrapping { paper: "p" })"), {"paper"}), Of(R"(name: "n" wrapping {})"))
      << "a part of the content, not one of its fields";
}

}  // namespace
}  // namespace ordermesh::api
