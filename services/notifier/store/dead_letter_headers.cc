#include "services/notifier/store/dead_letter_headers.h"

#include <algorithm>
#include <map>

#include "libs/base/json.h"
#include "libs/wire/json_reader.h"

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
  std::string json = "{";
  for (const auto& [name, value] : last) {
    if (json.size() > 1) json += ',';
    base::AppendJsonString(name, json);
    json += ':';
    base::AppendJsonString(value, json);
  }
  return json + "}";
}

messaging::Headers HeadersFromJson(absl::string_view json) {
  messaging::Headers headers;
  wire::JsonReader in(json);
  in.Object([&](absl::string_view name) {
    std::string key(name);
    headers.emplace_back(std::move(key), in.String());
  });
  if (!in.Finish().ok()) headers.clear();
  return headers;
}

}  // namespace ordermesh::notifier
