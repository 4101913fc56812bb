#include "libs/api/update_mask.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/text_format.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "ordermesh/testing/v1/gift.pb.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;
using ::google::protobuf::FieldMask;
using ::google::protobuf::TextFormat;
using ::google::protobuf::util::MessageDifferencer;
using ::ordermesh::testing::v1::Gift;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::Pair;

constexpr absl::string_view kNever[] = {"etag"};

Gift Parse(const std::string& text) {
  Gift gift;
  EXPECT_TRUE(TextFormat::ParseFromString(text, &gift));
  return gift;
}

FieldMask Mask(const std::vector<std::string>& paths) {
  FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

std::vector<std::string> Written(const FieldMask& mask, const Gift& body) {
  const absl::StatusOr<UpdateMask> read = ReadUpdateMask(mask, body, kNever);
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return {};
  return {read->mask().paths().begin(), read->mask().paths().end()};
}

// The violations as (field, description).
std::vector<std::pair<std::string, std::string>> Violations(const FieldMask& mask) {
  const domain::Refusal refusal = domain::RefusalOf(ReadUpdateMask(mask, Gift(), kNever).status());
  EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal.reason, reasons::kUpdateMaskInvalid);
  std::vector<std::pair<std::string, std::string>> violations;
  for (const domain::Violation& violation : refusal.violations) {
    EXPECT_EQ(violation.rule, reasons::kUpdateMaskInvalid);
    violations.emplace_back(violation.field, violation.description);
  }
  return violations;
}

constexpr char kFull[] = R"(id: "i" sku: "s" name: "n" price { currency_code: "EUR" units: 2 } active: false
  attributes { key: "a" value: "1" } tags: "t" wrapping { paper: "p" colour: "c" wrapped_by: "w" }
  spare_wrappings { paper: "q" } create_time { seconds: 5 } etag: "e" weight: 1.5 pieces: 3 size: SIZE_SMALL)";

TEST(ReadUpdateMaskTest, WithoutAMaskWhatIsSetIsWritten) {
  EXPECT_THAT(Written({}, {}), ElementsAre());
  EXPECT_THAT(Written({}, Parse(R"(name: "n" active: false wrapping {})")), ElementsAre("active", "name", "wrapping"));
  // Zero and empty are not set.
  EXPECT_THAT(Written({}, Parse(R"(name: "" pieces: 0 tags: "")")), ElementsAre("tags"));
}

TEST(ReadUpdateMaskTest, WhatCanNotBeWrittenIsLeftOutUnlessItIsNamed) {
  const auto all = {"active", "attributes",      "name", "pieces", "price",
                    "size",   "spare_wrappings", "tags", "weight", "wrapping"};
  EXPECT_THAT(Written({}, Parse(kFull)), ElementsAreArray(all));
  EXPECT_THAT(Written(Mask({"*"}), {}), ElementsAreArray(all));
}

TEST(ReadUpdateMaskTest, ThePathsOfAMaskAreWrittenWhetherTheyAreSetOrNot) {
  EXPECT_THAT(Written(Mask({"price", "name", "name"}), {}), ElementsAre("name", "price"));
  EXPECT_THAT(Written(Mask({"wrapping.paper"}), {}), ElementsAre("wrapping.paper"));
  EXPECT_THAT(Written(Mask({"wrapping.paper", "wrapping"}), {}), ElementsAre("wrapping"));
}

struct Case {
  const char* name;
  const char* path;
  const char* problem;
};
class BadPathTest : public ::testing::TestWithParam<Case> {};
TEST_P(BadPathTest, IsRefused) {
  EXPECT_THAT(Violations(Mask({"name", GetParam().path})),
              ElementsAre(Pair("update_mask.paths[1]", GetParam().problem)));
}
INSTANTIATE_TEST_SUITE_P(
    Paths, BadPathTest,
    ::testing::Values(Case{"Unknown", "colour", "there is no such field"}, Case{"Empty", "", "there is no such field"},
                      Case{"Blank", " name", "there is no such field"},
                      Case{"Camel", "createTime", "there is no such field"},
                      Case{"UnknownPart", "wrapping.price", "there is no such field"},
                      Case{"DotAtTheEnd", "wrapping.", "there is no such field"},
                      Case{"DotAtTheBeginning", ".name", "there is no such field"},
                      Case{"EverythingWithOthers", "*", "\"*\" stands alone"},
                      Case{"EverythingOfAPart", "wrapping.*", "there is no such field"},
                      Case{"OutputOnly", "create_time", "create_time is set by the server"},
                      Case{"OutputOnlyPart", "wrapping.wrapped_by", "wrapped_by is set by the server"},
                      Case{"PartOfOutputOnly", "create_time.seconds", "create_time is set by the server"},
                      Case{"Immutable", "sku", "sku can't be changed"},
                      Case{"Never", "etag", "etag is not a field to write"},
                      Case{"PartOfMoney", "price.units", "price is written as a whole"},
                      Case{"PartOfText", "name.first", "name is written as a whole"},
                      Case{"PartOfAMap", "attributes.a", "attributes is written as a whole"},
                      Case{"PartOfAList", "spare_wrappings.paper", "spare_wrappings is written as a whole"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadUpdateMaskTest, EveryViolationIsTold) {
  EXPECT_THAT(Violations(Mask({"sku", "name", "nonsense"})),
              ElementsAre(Pair("update_mask.paths[0]", "sku can't be changed"),
                          Pair("update_mask.paths[2]", "there is no such field")));
}

TEST(ReadUpdateMaskTest, ItsPathsAreCounted) {
  std::vector<std::string> paths(kMaxMaskPaths, "name");
  EXPECT_THAT(Written(Mask(paths), {}), ElementsAre("name"));
  paths.emplace_back("name");
  EXPECT_THAT(Violations(Mask(paths)), ElementsAre(Pair("update_mask", "has more than 100 paths")));
}

TEST(UpdateMaskTest, SaysWhatIsWritten) {
  const UpdateMask mask(Mask({"name", "wrapping.paper"}));
  EXPECT_TRUE(mask.Writes("name"));
  EXPECT_TRUE(mask.Writes("wrapping"));
  EXPECT_TRUE(mask.Writes("wrapping.paper"));
  EXPECT_FALSE(mask.Writes("wrapping.colour"));
  EXPECT_FALSE(mask.Writes("nam"));
  EXPECT_FALSE(mask.Writes("names"));
  EXPECT_FALSE(mask.empty());
  EXPECT_TRUE(UpdateMask(Mask({"wrapping"})).Writes("wrapping.paper"));
  EXPECT_TRUE(UpdateMask(FieldMask()).empty());
}

TEST(UpdateMaskTest, MakesFieldsWhatTheyAreInTheBody) {
  const struct {
    std::vector<std::string> paths;
    const char* body;
    const char* before;
    const char* after;
  } cases[] = {
      {{"name"}, R"(name: "m" pieces: 9)", R"(name: "n" pieces: 3)", R"(name: "m" pieces: 3)"},
      {{"name", "active"}, "", R"(name: "n" active: true pieces: 3)", "pieces: 3"},
      {{"active"}, "active: false", "active: true", "active: false"},
      {{"price"}, R"(price { units: 1 })", R"(price { currency_code: "EUR" nanos: 5 })", "price { units: 1 }"},
      {{"price"}, "", "price { units: 1 }", ""},
      {{"tags"}, R"(tags: "a" tags: "b")", R"(tags: "c")", R"(tags: "a" tags: "b")"},
      {{"attributes"},
       R"(attributes { key: "a" value: "2" })",
       R"(attributes { key: "a" value: "1" } attributes { key: "b" value: "1" })",
       R"(attributes { key: "a" value: "2" })"},
      {{"attributes"}, "", R"(attributes { key: "a" value: "1" })", ""},
      {{"wrapping.paper"},
       R"(wrapping { paper: "p" colour: "c" })",
       R"(wrapping { colour: "d" wrapped_by: "w" })",
       R"(wrapping { paper: "p" colour: "d" wrapped_by: "w" })"},
      {{"wrapping.paper"}, "", R"(wrapping { paper: "p" colour: "d" })", R"(wrapping { colour: "d" })"},
      {{}, R"(name: "m")", R"(name: "n")", R"(name: "n")"},
  };
  for (const auto& c : cases) {
    Gift target = Parse(c.before);
    UpdateMask(Mask(c.paths)).Apply(Parse(c.body), target);
    EXPECT_TRUE(MessageDifferencer::Equals(target, Parse(c.after))) << target.ShortDebugString();
  }
}

TEST(UpdateMaskTest, ReplacesAllThatCanBeWrittenAndNothingElse) {
  const absl::StatusOr<UpdateMask> everything = ReadUpdateMask(Mask({"*"}), Gift(), kNever);
  ASSERT_TRUE(everything.ok()) << everything.status();
  Gift target = Parse(kFull);
  everything->Apply(Parse(R"(id: "j" sku: "t" name: "m" etag: "f" create_time { seconds: 6 })"), target);
  EXPECT_TRUE(
      MessageDifferencer::Equals(target, Parse(R"(id: "i" sku: "s" name: "m" create_time { seconds: 5 } etag: "e")")))
      << target.ShortDebugString();
}

}  // namespace
}  // namespace ordermesh::api
