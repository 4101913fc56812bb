#include "libs/mesh/method_probe.h"

#include <optional>
#include <vector>

#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
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

// Why, as clients are told: the reason of google.rpc.ErrorInfo, else the code.
std::string ReasonOf(const grpc::Status& status) {
  google::rpc::Status rich;
  google::rpc::ErrorInfo info;
  if (!status.error_details().empty() && rich.ParseFromString(status.error_details())) {
    for (const google::protobuf::Any& detail : rich.details()) {
      if (detail.UnpackTo(&info) && !info.reason().empty()) return info.reason();
    }
  }
  return std::string(CodeName(status.error_code()));
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

void MethodProbe::Completed(const grpc::Status& status, absl::Duration took, base::SteadyTime now,
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

void MethodProbe::LogFailure(const grpc::Status& status, absl::Duration took, base::SteadyTime now,
                             absl::string_view trace_id) {
  const base::LogLevel level = LevelOf(status.error_code());
  if (!base::LogsLevel(level)) return;
  const std::optional<std::int64_t> suppressed = log_limit_.Next(now);
  if (!suppressed.has_value()) return;
  const std::string reason = ReasonOf(status);
  const std::string message = status.error_message();
  std::vector<base::LogField> fields = {{"method", method_},    {"code", CodeName(status.error_code())},
                                        {"trace_id", trace_id}, {"took_ms", absl::ToDoubleMilliseconds(took)},
                                        {"reason", reason},     {"suppressed", *suppressed}};
  // What the client can mend may quote what it sent, which can be personal.
  if (level != base::LogLevel::kInfo) fields.emplace_back("message", message);
  base::LogList(level, "call_failed", fields);
}

}  // namespace ordermesh::mesh
