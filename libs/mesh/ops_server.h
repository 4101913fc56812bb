// The small HTTP server of every process: GET /metrics, /healthz, /readyz.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/metrics.h"
#include "libs/mesh/health.h"

struct MHD_Daemon;

namespace ordermesh::mesh {

// /healthz: 200 while the process lives. /readyz: 200 or 503, with a JSON object that names each group of calls with
// whether it is served, and each dependency that fails and why. /metrics: the Prometheus text format. Has one thread of
// its own, which no connection can hold: they are served as their bytes come.
class OpsServer {
 public:
  // `listen` is host:port, port 0: any free one. INVALID_ARGUMENT: it is malformed. UNAVAILABLE: it is taken. The
  // dependencies must outlive it.
  static absl::StatusOr<std::unique_ptr<OpsServer>> Start(absl::string_view listen, base::Metrics& metrics,
                                                          const Readiness& readiness);
  ~OpsServer();
  OpsServer(const OpsServer&) = delete;
  OpsServer& operator=(const OpsServer&) = delete;

  // Where it listens, with the port that it got.
  const std::string& address() const { return address_; }

  struct Answer {
    int code = 200;
    std::string type;
    std::string body;
  };
  Answer Get(absl::string_view path) const;

 private:
  OpsServer(base::Metrics& metrics, const Readiness& readiness) : metrics_(metrics), readiness_(readiness) {}

  base::Metrics& metrics_;
  const Readiness& readiness_;
  std::string address_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace ordermesh::mesh
