#include "services/notifier/channels/template_text.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "libs/testing/status_matchers.h"

namespace ordermesh::notifier {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

using Map = std::map<std::string, std::string>;

absl::StatusOr<std::string> Fill(absl::string_view text, const Map& values, const std::vector<Map>& lines = {}) {
  const auto find = [](const Map& map, absl::string_view name) -> const std::string* {
    auto it = map.find(std::string(name));
    return it == map.end() ? nullptr : &it->second;
  };
  return FillTemplate(
      text, [&](absl::string_view name) { return find(values, name); }, static_cast<int>(lines.size()),
      [&](int line, absl::string_view name) { return find(lines[line], name); });
}

TEST(FillTemplateTest, PutsValuesInTheirPlaces) {
  EXPECT_THAT(Fill("{{a}} and {{b}}{{a}}", {{"a", "1"}, {"b", "2"}}), IsOkAndHolds("1 and 21"));
  EXPECT_THAT(Fill("no places", {}), IsOkAndHolds("no places"));
  EXPECT_THAT(Fill("", {}), IsOkAndHolds(""));
}

TEST(FillTemplateTest, DoesNotLookIntoValues) {
  EXPECT_THAT(Fill("{{a}}", {{"a", "{{b}} {{#lines}}"}}), IsOkAndHolds("{{b}} {{#lines}}"));
}

TEST(FillTemplateTest, RepeatsASectionForEachLine) {
  const std::string text = "begin\n{{#lines}}\n{{n}} of {{all}}\n{{/lines}}\nend";
  EXPECT_THAT(Fill(text, {{"all", "9"}}, {{{"n", "1"}}, {{"n", "2"}}}), IsOkAndHolds("begin\n1 of 9\n2 of 9\nend"));
  EXPECT_THAT(Fill(text, {{"all", "9"}}), IsOkAndHolds("begin\nend"));
}

TEST(FillTemplateTest, RefusesWhatItCannotFill) {
  constexpr auto kRefused = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Fill("{{who}}", {}), StatusIs(kRefused, HasSubstr("who")));
  EXPECT_THAT(Fill("{{who", {{"who", "x"}}), StatusIs(kRefused, HasSubstr("}}")));
  EXPECT_THAT(Fill("{{#lines}}\n{{n}}", {}), StatusIs(kRefused, HasSubstr("{{/lines}}")));
}

}  // namespace
}  // namespace ordermesh::notifier
