#include "tools/bench/report.h"

#include <algorithm>
#include <array>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace ordermesh::bench {

std::string CodeName(int code) {
  constexpr std::array kNames = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  if (code >= 0 && code < static_cast<int>(kNames.size())) return kNames[static_cast<std::size_t>(code)];
  return absl::StrCat("CODE_", code);
}

void Report::Answered(int code, absl::Duration latency) {
  ++codes_[code];
  if (code != 0) return;
  ++ok_;
  const std::int64_t micros = std::max<std::int64_t>(absl::ToInt64Microseconds(latency), 0);
  micros_.push_back(
      static_cast<std::uint32_t>(std::min<std::int64_t>(micros, std::numeric_limits<std::uint32_t>::max())));
}

double Report::Percentile(double fraction) {
  if (micros_.empty()) return 0;
  const auto rank =
      std::min(micros_.size() - 1, static_cast<std::size_t>(fraction * static_cast<double>(micros_.size())));
  std::nth_element(micros_.begin(), micros_.begin() + static_cast<std::ptrdiff_t>(rank), micros_.end());
  return micros_[rank] / 1000.0;
}

double Report::Longest() const {
  return micros_.empty() ? 0 : *std::max_element(micros_.begin(), micros_.end()) / 1000.0;
}

std::string Report::Json(const Totals& totals) {
  std::string codes;
  for (const auto& [code, count] : codes_) {
    absl::StrAppend(&codes, codes.empty() ? "" : ", ", "\"", CodeName(code), "\": ", count);
  }
  return absl::StrFormat(
      "{\"scheduled\": %d, \"sent\": %d, \"ok\": %d, \"codes\": {%s}, \"seconds\": %.3f, \"ok_per_second\": %.1f, "
      "\"p50_ms\": %.3f, \"p99_ms\": %.3f, \"p999_ms\": %.3f, \"max_ms\": %.3f, \"latest_send_ms\": %.3f, "
      "\"cpu_us_per_call\": %.2f, \"sent_in_all\": %d, \"ok_in_all\": %d, \"unanswered\": %d}",
      totals.scheduled, totals.sent, ok_, codes, totals.seconds,
      totals.seconds > 0 ? static_cast<double>(ok_) / totals.seconds : 0, Percentile(0.5), Percentile(0.99),
      Percentile(0.999), Longest(), totals.latest_send_ms,
      totals.sent > 0 ? totals.cpu_seconds * 1e6 / static_cast<double>(totals.sent) : 0, totals.sent_in_all,
      totals.ok_in_all, totals.unanswered);
}

}  // namespace ordermesh::bench
