// A message's headers as a JSON object of strings: the column `headers`.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/messaging/message.h"

namespace ordermesh::notifier {

// Of equal names the last counts; U+0000, which jsonb refuses, is left out.
std::string HeadersToJson(const messaging::Headers& headers);
// What is no object of strings gives none.
messaging::Headers HeadersFromJson(absl::string_view text);

}  // namespace ordermesh::notifier
