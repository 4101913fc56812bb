// libpq's connection strings, in either form: "postgres://user@host/db" or "host=… dbname=…".
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::postgres {

// The same connection with other settings ("dbname", "user", …; an empty value takes a setting out), as "key='value'
// …". kInvalidArgument: `url` can't be read; the text never quotes it, since it may hold a password.
absl::StatusOr<std::string> WithSettings(absl::string_view url,
                                         const std::vector<std::pair<std::string, std::string>>& settings);

// Where it leads, fit for a log: "user@host:port/db".
absl::StatusOr<std::string> DescribeTarget(absl::string_view url);

}  // namespace ordermesh::postgres
