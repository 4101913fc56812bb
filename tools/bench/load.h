// The load: calls on their schedule, or as many as are in flight.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tools/bench/connection.h"
#include "tools/bench/options.h"
#include "tools/bench/report.h"
#include "tools/bench/request_pool.h"

namespace ordermesh::bench {

// Open loop: a call is sent when it is due, whether or not others were answered, and its latency counts from then; a
// system that stalls is charged for every call that it kept waiting. One thread.
class Load {
 public:
  Load(const Options& options, std::uint64_t run) : options_(options), pool_(options, run) {}

  // UNAVAILABLE: no connection, or one broke.
  absl::Status Run();
  Report& report() { return report_; }
  const Report::Totals& totals() const { return totals_; }

 private:
  // Nanoseconds of the monotonic clock.
  using Nanos = std::int64_t;
  struct Pending {
    Nanos due = 0;
    bool measured = false;
  };

  absl::Status Connect();
  absl::Status Begin(Nanos due);
  // Begins what is due until `now`.
  absl::Status BeginDue(Nanos now);
  // Handles what the connections have, for at most until `until`.
  absl::Status Wait(Nanos until);
  absl::Status Serve(Connection& connection, bool readable);
  void Arm(Connection& connection);
  bool IsMeasured(Nanos due) const { return due >= measure_from_ && due < end_; }
  void MeasureCpu(Nanos now);

  const Options options_;
  const RequestPool pool_;
  Report report_;
  Report::Totals totals_;
  std::vector<Pending> pending_;  // by the number of the call
  std::uint64_t answered_ = 0;
  std::uint64_t in_flight_ = 0;
  Nanos start_ = 0, measure_from_ = 0, end_ = 0;
  double cpu_before_ = -1;
  int epoll_ = -1;
  std::vector<bool> armed_for_write_;
  std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace ordermesh::bench
