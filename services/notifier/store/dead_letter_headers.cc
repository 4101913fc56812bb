#include "services/notifier/store/dead_letter_headers.h"

#include <algorithm>
#include <map>

#include "libs/json/reader.h"
#include "libs/json/writer.h"

namespace ordermesh::notifier {
namespace {

std::string WithoutNul(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '\0'), text.end());
  return text;
}

}  // namespace

std::string HeadersToJson(const messaging::Headers& headers) {
  std::map<std::string, std::string> last;
  for (const auto& [name, value] : headers) last[WithoutNul(name)] = WithoutNul(value);
  std::string text;
  {
    json::ObjectWriter object(text);
    for (const auto& [name, value] : last) object.String(name, value);
  }
  return text;
}

messaging::Headers HeadersFromJson(absl::string_view text) {
  messaging::Headers headers;
  const absl::Status read = json::Read(text, [&](const json::Value& object) {
    object.Object([&](absl::string_view name, const json::Value& value) {
      headers.emplace_back(std::string(name), value.String());
    });
  });
  if (!read.ok()) headers.clear();
  return headers;
}

}  // namespace ordermesh::notifier
