// URLs and their parts.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::http {

// One segment of a path, or a name or value of a query, with everything escaped but letters, digits and "-._~".
std::string Escape(absl::string_view text);
// The same, but for the slashes.
std::string EscapePath(absl::string_view path);

// "https://host:port": what may be told of a URL, since all else in it may be a secret.
std::string Origin(const std::string& url);

// The same URL as Signature Version 4 wants it: the query's parameters sorted by name and value, each with its "=". The
// path is left alone. kInvalidArgument: it is no URL, or its path has an empty or a dotted segment ("//", "/../"),
// which servers and signers read differently.
absl::StatusOr<std::string> UrlToSign(const std::string& url);

}  // namespace ordermesh::http
