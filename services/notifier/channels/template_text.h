// Text with places to fill: {{name}}, and {{#lines}}…{{/lines}}, repeated for each line of an order.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::notifier {

// The value of a name; nothing when the name is unknown.
using TemplateValues = std::function<const std::string*(absl::string_view name)>;

// Fills `text`. Values are put in as they are, and not looked at again. A section's tags stand alone on their lines and
// leave no line behind. INVALID_ARGUMENT: an unknown name, an unclosed place or section.
absl::StatusOr<std::string> FillTemplate(
    absl::string_view text, const TemplateValues& values, int lines,
    const std::function<const std::string*(int line, absl::string_view name)>& line_values);

}  // namespace ordermesh::notifier
