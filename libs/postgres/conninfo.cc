#include "libs/postgres/conninfo.h"

#include <libpq-fe.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status.h"

namespace ordermesh::postgres {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

absl::StatusOr<Options> Parse(absl::string_view url) {
  Options options(PQconninfoParse(std::string(url).c_str(), nullptr));
  if (options == nullptr) return absl::InvalidArgumentError("database: the connection string can't be read");
  return options;
}

}  // namespace

absl::StatusOr<std::string> WithSettings(absl::string_view url,
                                         const std::vector<std::pair<std::string, std::string>>& settings) {
  ASSIGN_OR_RETURN(const Options options, Parse(url));
  std::string text;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    std::string value = option->val == nullptr ? "" : option->val;
    for (const auto& [name, replacement] : settings) {
      if (name == option->keyword) value = replacement;
    }
    if (value.empty()) continue;
    absl::StrAppend(&text, text.empty() ? "" : " ", option->keyword, "='",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
  }
  return text;
}

absl::StatusOr<std::string> DescribeTarget(absl::string_view url) {
  ASSIGN_OR_RETURN(const Options options, Parse(url));
  const auto find = [&](absl::string_view name) -> absl::string_view {
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
      if (name == option->keyword && option->val != nullptr) return option->val;
    }
    return "";
  };
  const absl::string_view host = find("hostaddr").empty() ? find("host") : find("hostaddr");
  return absl::StrCat(find("user"), find("user").empty() ? "" : "@", host, find("port").empty() ? "" : ":",
                      find("port"), "/", find("dbname"));
}

}  // namespace ordermesh::postgres
