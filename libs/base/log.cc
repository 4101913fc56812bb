#include "libs/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/json/writer.h"

namespace ordermesh::base {
namespace {

constexpr absl::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

// Lives for ever: other threads may log until the process ends.
struct Logger {
  std::string service;
  std::shared_ptr<spdlog::logger> out;
  const Logger* previous = nullptr;  // keeps the one before reachable, for LeakSanitizer
};

// What is logged before InitLog goes out without a service's name.
std::atomic<LogLevel> least_level{LogLevel::kInfo};
std::atomic<const Logger*> current{nullptr};

Logger& MakeLogger(absl::string_view service) {
  auto* logger = new Logger;
  logger->service = std::string(service);
  logger->out = std::make_shared<spdlog::logger>("ordermesh", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->out->set_pattern("%v");
  logger->out->set_level(spdlog::level::trace);
  logger->out->flush_on(spdlog::level::trace);
  return *logger;
}

const Logger& CurrentLogger() {
  if (const Logger* logger = current.load(std::memory_order_acquire)) return *logger;
  static const Logger& unnamed = MakeLogger("");
  return unnamed;
}

void WriteField(const LogField& field, json::ObjectWriter& line) {
  if (const auto* text = std::get_if<absl::string_view>(&field.value)) {
    line.String(field.name, *text);
  } else if (const auto* flag = std::get_if<bool>(&field.value)) {
    line.Bool(field.name, *flag);
  } else if (const auto* number = std::get_if<double>(&field.value)) {
    line.Double(field.name, *number);
  } else {
    line.Integer(field.name, std::get<std::int64_t>(field.value));
  }
}

}  // namespace

void InitLog(absl::string_view service, LogLevel least) {
  least_level.store(least, std::memory_order_relaxed);
  Logger& logger = MakeLogger(service);
  logger.previous = current.load(std::memory_order_acquire);
  current.store(&logger, std::memory_order_release);
}

absl::Status ParseLogLevel(absl::string_view text, LogLevel& level) {
  for (LogLevel candidate : {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError}) {
    if (text != kLevelNames[static_cast<int>(candidate)]) continue;
    level = candidate;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is none of debug, info, warning, error"));
}

bool LogsLevel(LogLevel level) { return level >= least_level.load(std::memory_order_relaxed); }

void Log(LogLevel level, absl::string_view event, LogFields fields) {
  LogList(level, event, absl::MakeConstSpan(fields.begin(), fields.size()));
}

void LogList(LogLevel level, absl::string_view event, absl::Span<const LogField> fields) {
  if (!LogsLevel(level)) return;
  const Logger& logger = CurrentLogger();
  const std::string now = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  const std::string line = FormatLogLine(now, logger.service, level, event, fields);
  logger.out->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::string FormatLogLine(absl::string_view timestamp, absl::string_view service, LogLevel level,
                          absl::string_view event, absl::Span<const LogField> fields) {
  std::string line;
  {
    json::ObjectWriter object(line);
    object.String("ts", timestamp);
    object.String("level", kLevelNames[static_cast<int>(level)]);
    object.String("service", service);
    object.String("event", event);
    for (const LogField& field : fields) WriteField(field, object);
  }
  return line;
}

}  // namespace ordermesh::base
