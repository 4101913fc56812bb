#include "libs/base/trace.h"

#include "libs/base/hex.h"

namespace ordermesh::base {
namespace {

constexpr std::size_t kLength = 55;  // of version 00; later versions may append "-…"
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kTraceLength = 32;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kSpanLength = 16;
constexpr std::size_t kFlagsAt = 53;

bool IsZero(absl::string_view digits) { return digits.find_first_not_of('0') == absl::string_view::npos; }

bool WellFormed(absl::string_view text) {
  if (text.size() < kLength || text[2] != '-' || text[kSpanAt - 1] != '-' || text[kFlagsAt - 1] != '-') return false;
  const absl::string_view version = text.substr(0, 2);
  const absl::string_view trace = text.substr(kTraceAt, kTraceLength);
  const absl::string_view span = text.substr(kSpanAt, kSpanLength);
  if (!IsLowerHex(version) || version == "ff") return false;
  if (version == "00" ? text.size() != kLength : text.size() > kLength && text[kLength] != '-') return false;
  return IsLowerHex(trace) && !IsZero(trace) && IsLowerHex(span) && !IsZero(span) &&
         IsLowerHex(text.substr(kFlagsAt, 2));
}

std::uint64_t NotZero(Random& random) {
  const std::uint64_t bits = random.Bits();
  return bits == 0 ? 1 : bits;
}

}  // namespace

TraceContext TraceContext::Continue(absl::string_view traceparent, Random& random) {
  std::string made("00-00000000000000000000000000000000-0000000000000000-01");
  if (WellFormed(traceparent)) {
    traceparent.substr(kTraceAt, kTraceLength).copy(&made[kTraceAt], kTraceLength);
    traceparent.substr(kFlagsAt, 2).copy(&made[kFlagsAt], 2);
  } else {
    WriteHex(NotZero(random), 16, &made[kTraceAt]);
    WriteHex(random.Bits(), 16, &made[kTraceAt + 16]);
  }
  WriteHex(NotZero(random), kSpanLength, &made[kSpanAt]);
  return TraceContext(std::move(made));
}

}  // namespace ordermesh::base
