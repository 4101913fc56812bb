// What became of the calls, and how long they took.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace ordermesh::bench {

// The name of a gRPC status code, "RESOURCE_EXHAUSTED"; of a number that is none, "CODE_99".
std::string CodeName(int code);

// Not thread-safe.
class Report {
 public:
  // A call that was due in the measured time has been answered; `latency` is since it was due.
  void Answered(int code, absl::Duration latency);

  std::uint64_t ok() const { return ok_; }
  // The latency, in milliseconds, below which `fraction` of the OK answers lie; 0 without any. Reorders.
  double Percentile(double fraction);
  double Longest() const;

  struct Totals {
    std::uint64_t scheduled = 0;    // calls due in the measured time
    std::uint64_t sent = 0;         // of them, those written to a connection in time
    std::uint64_t sent_in_all = 0;  // the warm-up's too
    std::uint64_t ok_in_all = 0;
    std::uint64_t unanswered = 0;  // in all
    double seconds = 0;            // measured
    double cpu_seconds = 0;        // of this program, while measured
    double latest_send_ms = 0;     // how late a call was sent at most
  };
  std::string Json(const Totals& totals);

 private:
  std::uint64_t ok_ = 0;
  std::map<int, std::uint64_t> codes_;
  std::vector<std::uint32_t> micros_;  // of OK answers
};

}  // namespace ordermesh::bench
