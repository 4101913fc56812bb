#include "services/notifier/channels/template_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::notifier {
namespace {

constexpr absl::string_view kSection = "{{#lines}}\n";
constexpr absl::string_view kSectionEnd = "{{/lines}}\n";

absl::Status FillPlain(absl::string_view text, const TemplateValues& values, std::string& out) {
  for (;;) {
    const std::size_t open = text.find("{{");
    out.append(text.data(), std::min(open, text.size()));
    if (open == absl::string_view::npos) return absl::OkStatus();
    const std::size_t close = text.find("}}", open);
    if (close == absl::string_view::npos) return absl::InvalidArgumentError("template: a {{ without its }}");
    const absl::string_view name = text.substr(open + 2, close - open - 2);
    const std::string* value = values(name);
    if (value == nullptr) return absl::InvalidArgumentError(absl::StrCat("template: {{", name, "}} is unknown"));
    out.append(*value);
    text.remove_prefix(close + 2);
  }
}

}  // namespace

absl::StatusOr<std::string> FillTemplate(
    absl::string_view text, const TemplateValues& values, int lines,
    const std::function<const std::string*(int line, absl::string_view name)>& line_values) {
  std::string out;
  for (;;) {
    const std::size_t begin = text.find(kSection);
    RETURN_IF_ERROR(FillPlain(text.substr(0, begin), values, out));
    if (begin == absl::string_view::npos) return out;
    const std::size_t end = text.find(kSectionEnd, begin);
    if (end == absl::string_view::npos) return absl::InvalidArgumentError("template: {{#lines}} without {{/lines}}");
    const absl::string_view section = text.substr(begin + kSection.size(), end - begin - kSection.size());
    for (int line = 0; line < lines; ++line) {
      const TemplateValues with_line = [&](absl::string_view name) {
        const std::string* value = line_values(line, name);
        return value != nullptr ? value : values(name);
      };
      RETURN_IF_ERROR(FillPlain(section, with_line, out));
    }
    text.remove_prefix(end + kSectionEnd.size());
  }
}

}  // namespace ordermesh::notifier
