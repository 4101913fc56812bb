#include "libs/http/url.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/http/curl_handle.h"

namespace ordermesh::http {
namespace {

// Empty: it has no such part.
std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  const CurlText owner(text);
  return text;
}

// Null: it is no URL.
CurlUrl Parse(const std::string& text) {
  CurlUrl url(curl_url());
  if (url != nullptr && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_PATH_AS_IS) != CURLUE_OK) {
    url.reset();
  }
  return url;
}

}  // namespace

std::string Escape(absl::string_view text) {
  if (text.empty()) return "";  // Of length 0 curl takes the length by itself.
  const CurlText escaped(curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())));
  return escaped == nullptr ? "" : escaped.get();
}

std::string EscapePath(absl::string_view path) {
  std::vector<std::string> segments;
  for (absl::string_view segment : absl::StrSplit(path, '/')) segments.push_back(Escape(segment));
  return absl::StrJoin(segments, "/");
}

std::string Origin(const std::string& text) {
  const CurlUrl url = Parse(text);
  if (url == nullptr) return "http: not a URL";
  const std::string port = PartOf(url.get(), CURLUPART_PORT);
  return absl::StrCat(PartOf(url.get(), CURLUPART_SCHEME), "://", PartOf(url.get(), CURLUPART_HOST),
                      port.empty() ? "" : ":", port);
}

absl::StatusOr<std::string> UrlToSign(const std::string& text) {
  const CurlUrl url = Parse(text);
  if (url == nullptr) return absl::InvalidArgumentError("http: not a URL");
  const std::string path = PartOf(url.get(), CURLUPART_PATH);
  const std::vector<absl::string_view> segments = absl::StrSplit(absl::string_view(path).substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if ((segments[i].empty() && !last) || segments[i] == "." || segments[i] == "..") {
      return absl::InvalidArgumentError(absl::StrCat(Origin(text), ": a path with an empty or dotted segment"));
    }
  }

  const std::string::size_type query = text.find('?');
  if (query == std::string::npos) return text;
  std::vector<std::pair<std::string, std::string>> parameters;
  for (absl::string_view parameter : absl::StrSplit(PartOf(url.get(), CURLUPART_QUERY), '&', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(parameter, absl::MaxSplits('=', 1));
    parameters.push_back(pair);
  }
  std::sort(parameters.begin(), parameters.end());
  return absl::StrCat(text.substr(0, query), "?", absl::StrJoin(parameters, "&", absl::PairFormatter("=")));
}

}  // namespace ordermesh::http
