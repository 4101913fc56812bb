#include "libs/mesh/protobuf_log.h"

#include <google/protobuf/stubs/logging.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "libs/base/log.h"
#include "libs/base/log_limit.h"
#include "libs/base/timer.h"

namespace ordermesh::mesh {
namespace {

// Of "String field 'ordermesh.orders.v1.Order.note' contains invalid UTF-8 data when parsing …"; empty when the text is
// another.
absl::string_view FieldThatIsNotUtf8(absl::string_view message) {
  constexpr absl::string_view kStart = "String field '";
  if (!absl::StartsWith(message, kStart)) return {};
  message.remove_prefix(kStart.size());
  const std::size_t end = message.find("' contains invalid UTF-8 data when ");
  if (end == absl::string_view::npos) return {};
  const absl::string_view field = message.substr(0, end);
  constexpr absl::string_view kOfNames = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  return field.find_first_not_of(kOfNames) == absl::string_view::npos ? field : absl::string_view();
}

void Write(google::protobuf::LogLevel level, const char* file, int line, const std::string& message) {
  static base::LogLimit& limit = *new base::LogLimit(10);
  if (level < google::protobuf::LOGLEVEL_WARNING) return;
  if (level == google::protobuf::LOGLEVEL_FATAL) {  // the process ends
    base::LogError("protobuf_library", {{"file", file}, {"line", line}});
    return;
  }
  const std::optional<std::int64_t> suppressed = limit.Next(base::SystemTimer().SteadyNow());
  if (!suppressed.has_value()) return;
  if (const absl::string_view field = FieldThatIsNotUtf8(message); !field.empty()) {
    base::LogWarning("protobuf_not_utf8", {{"field", field}, {"suppressed", *suppressed}});
  } else {
    base::LogWarning("protobuf_library", {{"file", file}, {"line", line}, {"suppressed", *suppressed}});
  }
}

}  // namespace

void RedirectProtobufLog() { google::protobuf::SetLogHandler(Write); }

}  // namespace ordermesh::mesh
