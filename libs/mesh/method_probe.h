// What is measured and logged of one method: the same for every call of every service.
#pragma once

#include <grpcpp/support/status.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/log_limit.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"

namespace ordermesh::mesh {

inline constexpr char kServerStarted[] = "ordermesh_grpc_server_started_total";
inline constexpr char kServerCompleted[] = "ordermesh_grpc_server_completed_total";
inline constexpr char kServerInProgress[] = "ordermesh_grpc_server_in_progress";
inline constexpr char kServerLatency[] = "ordermesh_grpc_server_latency_seconds";

// "OK", "INVALID_ARGUMENT", …
absl::string_view CodeName(grpc::StatusCode code);

// Thread-safe. Its handles are looked up once, not for each call.
class MethodProbe {
 public:
  MethodProbe(absl::string_view method, base::Metrics& metrics);

  void Started();
  // `took` since Started. A call that failed is logged here, and only here: as information when the client can mend it,
  // as a warning when another try may help, as an error otherwise; at most kLinesPerSecond for a method. The line has
  // the reason of the status's ErrorInfo, or the name of its code where there is none.
  void Completed(const grpc::Status& status, absl::Duration took, base::SteadyTime now, absl::string_view trace_id);

  static constexpr int kLinesPerSecond = 50;

 private:
  static constexpr int kCodes = 17;

  void CountCode(int code);
  void LogFailure(const grpc::Status& status, absl::Duration took, base::SteadyTime now, absl::string_view trace_id);

  const std::string method_;
  base::Metrics& metrics_;
  const base::Counter started_;
  const base::Gauge in_progress_;
  const base::Histogram latency_;
  // A code's counter is made when it first comes, so that a scrape lists only codes that occurred.
  base::Mutex mu_;
  std::array<base::Counter, kCodes> completed_;
  std::array<std::atomic<bool>, kCodes> counted_{};

  base::LogLimit log_limit_{kLinesPerSecond};
};

}  // namespace ordermesh::mesh
