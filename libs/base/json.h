// Just enough JSON to write it: a string with its quotes. Bytes that are not valid UTF-8 become U+FFFD.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace ordermesh::base {

void AppendJsonString(absl::string_view text, std::string& out);
std::string JsonString(absl::string_view text);

}  // namespace ordermesh::base
