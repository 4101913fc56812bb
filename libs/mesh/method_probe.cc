#include "libs/mesh/method_probe.h"

#include <utility>

#include "libs/base/log.h"

namespace ordermesh::mesh {
namespace {

base::LogLevel LevelOf(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::OUT_OF_RANGE:
      return base::LogLevel::kInfo;
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::UNAVAILABLE:
      return base::LogLevel::kWarning;
    default:
      return base::LogLevel::kError;
  }
}

}  // namespace

absl::string_view CodeName(grpc::StatusCode code) {
  static constexpr absl::string_view kNames[] = {
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  const int index = static_cast<int>(code);
  return index >= 0 && index < 17 ? kNames[index] : absl::string_view("UNKNOWN");
}

MethodProbe::MethodProbe(absl::string_view method, base::Metrics& metrics)
    : method_(method),
      metrics_(metrics),
      started_(metrics.AddCounter(kServerStarted, "Calls that began.", {{"method", method_}})),
      in_progress_(metrics.AddGauge(kServerInProgress, "Calls under way.", {{"method", method_}})),
      latency_(metrics.AddHistogram(kServerLatency, "Seconds from the arrival of a call to its status.",
                                    base::LatencyBuckets(), {{"method", method_}})) {
  CountCode(static_cast<int>(grpc::StatusCode::OK));
}

void MethodProbe::Started() {
  started_.Add();
  in_progress_.Add(1);
}

void MethodProbe::Completed(const grpc::Status& status, absl::Duration took, absl::Time now,
                            absl::string_view trace_id) {
  int code = static_cast<int>(status.error_code());
  if (code < 0 || code >= kCodes) code = static_cast<int>(grpc::StatusCode::UNKNOWN);
  in_progress_.Add(-1);
  if (!counted_[code].load(std::memory_order_acquire)) CountCode(code);
  completed_[code].Add();
  latency_.Observe(absl::ToDoubleSeconds(took));
  if (!status.ok()) LogFailure(status, took, now, trace_id);
}

void MethodProbe::CountCode(int code) {
  base::MutexLock lock(mu_);
  if (counted_[code].load(std::memory_order_relaxed)) return;
  const auto name = CodeName(static_cast<grpc::StatusCode>(code));
  completed_[code] = metrics_.AddCounter(kServerCompleted, "Calls that ended, by status code.",
                                         {{"method", method_}, {"code", std::string(name)}});
  counted_[code].store(true, std::memory_order_release);
}

void MethodProbe::LogFailure(const grpc::Status& status, absl::Duration took, absl::Time now,
                             absl::string_view trace_id) {
  const base::LogLevel level = LevelOf(status.error_code());
  std::int64_t suppressed = 0;
  if (!base::LogsLevel(level) || !MayLog(now, suppressed)) return;
  const absl::string_view code = CodeName(status.error_code());
  const double ms = absl::ToDoubleMilliseconds(took);
  // What the client can mend may quote what it sent, which can be personal: only the code is logged.
  const std::string reason = level == base::LogLevel::kInfo ? "" : status.error_message();
  base::Log(level, "call_failed",
            {{"method", method_},
             {"code", code},
             {"trace_id", trace_id},
             {"took_ms", ms},
             {"reason", reason},
             {"suppressed", suppressed}});
}

bool MethodProbe::MayLog(absl::Time now, std::int64_t& suppressed) {
  base::MutexLock lock(log_mu_);
  if (now - window_ >= absl::Seconds(1)) {
    window_ = now;
    lines_ = 0;
  }
  if (lines_ >= kLinesPerSecond) {
    ++suppressed_;
    return false;
  }
  ++lines_;
  suppressed = std::exchange(suppressed_, 0);
  return true;
}

}  // namespace ordermesh::mesh
