// What makes a program a member of the mesh: configuration, logs, metrics, health, the gRPC server, drain, exit codes.
//
//   int main(int argc, char** argv) {
//     GatewayConfig config;
//     return mesh::RunProcess("gateway", config.process, argc, argv,
//       [&](base::ConfigFields& fields) { config.Declare(fields); },
//       [&](mesh::Process& process) -> absl::Status {
//         // assemble; what is made here must outlive Serve
//         return process.Serve();
//       });
//   }
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/config.h"
#include "libs/base/metrics.h"
#include "libs/base/timer.h"
#include "libs/mesh/health.h"

namespace ordermesh::mesh {

class Server;

// What every process is told. Its fields are declared by RunProcess.
struct ProcessConfig {
  // False: a job that does its work in `assemble` and never calls Serve; of the fields only log_level is declared.
  bool serves = true;
  std::string listen;      // gRPC, "127.0.0.1:50051"; port 0: any free one, logged. Empty: no gRPC server
  std::string ops_listen;  // /metrics, /healthz, /readyz
  std::string log_level = "info";
  // Threads that serve calls, 20,000 small ones a second each. 0: half as many as the cores that the process may use, 1
  // to 4: the threads of gRPC's sockets, the database and the brokers want the rest, and with fewer lanes more calls
  // share a wake-up, a batch and a write.
  int lanes = 0;
  absl::Duration start_grace = absl::Seconds(10);    // until then ready only with all that it needs
  absl::Duration drain_delay = absl::Seconds(3);     // not ready → stops accepting
  absl::Duration drain_timeout = absl::Seconds(20);  // stops accepting → calls under way are cancelled
  int max_calls = 1000;                              // unary calls in progress; beyond: RESOURCE_EXHAUSTED
  int max_streams = 1000;                            // streams, likewise
  absl::Duration max_connection_age = absl::Seconds(300);

  void Declare(base::ConfigFields& fields);
};

// Handed to `assemble`. Serve returns after a signal (or a failed start), when everything has drained.
class Process {
 public:
  virtual ~Process() = default;
  virtual base::Metrics& metrics() = 0;
  virtual Readiness& readiness() = 0;  // after SetDependencies, which comes first
  // See Readiness. The process waits for all of them for ProcessConfig::start_grace.
  virtual void SetDependencies(std::vector<std::string> names, std::vector<HealthGroup> groups = {}) = 0;
  virtual Server& server() = 0;  // to add services; before Serve
  virtual base::Clock& clock() = 0;
  virtual base::Timer& timer() = 0;
  // Runs after the last call has ended and before Serve returns, last added first: flush, close.
  virtual void OnStop(absl::AnyInvocable<void()> stop) = 0;
  // Makes Serve drain and return, as a signal does; with another status than OK Serve returns that. Thread-safe. For a
  // background thread that can't go on.
  virtual void RequestStop(absl::Status reason) = 0;
  // Starts listening, reports "listening", waits for SIGTERM or SIGINT,
  // drains: not ready → drain_delay → no new calls → calls under way end (at most drain_timeout) → OnStop → the lanes
  // end. A second signal, or a shutdown that takes longer than drain_delay + drain_timeout + 5 s, ends the process with
  // kExitInternal. A signal before Serve ends the process at once, as if it weren't handled. Lanes and metrics stay
  // valid until RunProcess returns, but nothing runs on a lane any more.
  virtual absl::Status Serve() = 0;
};

// Parses configuration, sets up, calls `assemble`, and returns the exit code (base/exit_codes.h) after one clear line
// on standard error for whatever went wrong: kExitUnavailable for UNAVAILABLE; kExitConfig for INVALID_ARGUMENT,
// FAILED_PRECONDITION and NOT_FOUND; kExitInternal for any other. To be called before any thread starts.
int RunProcess(const std::string& name, ProcessConfig& process, int argc, char** argv,
               const std::function<void(base::ConfigFields&)>& declare,
               const std::function<absl::Status(Process&)>& assemble);

}  // namespace ordermesh::mesh
