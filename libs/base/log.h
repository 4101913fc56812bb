// Logs: one JSON object a line on standard error.
//
//   base::LogInfo("order_placed", {{"order_id", id}, {"took_ms", 12}});
//   {"ts":"2026-01-02T03:04:05.678901Z","level":"info","service":"gateway","event":"order_placed","order_id":"…","took_ms":12}
//
// Never personal data (an e-mail address, a note), never a payload, never a secret. Thread-safe.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ordermesh::base {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

class LogField {
 public:
  LogField(absl::string_view name, absl::string_view value) : name(name), value(value) {}
  LogField(absl::string_view name, const char* value) : name(name), value(absl::string_view(value)) {}
  LogField(absl::string_view name, const std::string& value) : name(name), value(absl::string_view(value)) {}
  LogField(absl::string_view name, bool value) : name(name), value(value) {}
  LogField(absl::string_view name, double value) : name(name), value(value) {}
  template <class Integer, std::enable_if_t<std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>, int> = 0>
  LogField(absl::string_view name, Integer value) : name(name), value(static_cast<std::int64_t>(value)) {}

  absl::string_view name;
  std::variant<absl::string_view, bool, double, std::int64_t> value;
};
using LogFields = std::initializer_list<LogField>;

// Once, before the first line: the service's name in every line, and the least level that is written.
void InitLog(absl::string_view service, LogLevel least);
absl::Status ParseLogLevel(absl::string_view text, LogLevel& level);  // debug, info, warning, error

// Whether a line of this level would be written; for what is dear to gather.
bool LogsLevel(LogLevel level);
void Log(LogLevel level, absl::string_view event, LogFields fields = {});
// The same for fields that are gathered at run time.
void LogList(LogLevel level, absl::string_view event, absl::Span<const LogField> fields);
inline void LogDebug(absl::string_view event, LogFields fields = {}) { Log(LogLevel::kDebug, event, fields); }
inline void LogInfo(absl::string_view event, LogFields fields = {}) { Log(LogLevel::kInfo, event, fields); }
inline void LogWarning(absl::string_view event, LogFields fields = {}) { Log(LogLevel::kWarning, event, fields); }
inline void LogError(absl::string_view event, LogFields fields = {}) { Log(LogLevel::kError, event, fields); }

// The line, without its end, for tests and for the logger itself.
std::string FormatLogLine(absl::string_view timestamp, absl::string_view service, LogLevel level,
                          absl::string_view event, absl::Span<const LogField> fields);

}  // namespace ordermesh::base
