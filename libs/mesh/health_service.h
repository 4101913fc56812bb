// grpc.health.v1 for a process: Check and Watch of "", "readiness", "liveness", every service's full name, and every
// group of the process' readiness.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "libs/aio/task.h"
#include "libs/mesh/health.h"
#include "libs/mesh/server.h"

namespace ordermesh::mesh {

// "liveness" serves while the process does; a group's name is what Readiness says of the group; everything else what it
// says of the process. Watchers are told at once. Must
// outlive the server's calls; `readiness` and the server's lanes must outlive it.
class HealthService {
 public:
  // Adds itself to `server`, before its Start.
  HealthService(Readiness& readiness, Server& server);
  ~HealthService();

 private:
  class Watcher;
  // The watchers of one lane, and only its thread's.
  struct LaneWatchers {
    GrpcLane* lane;
    absl::flat_hash_set<Watcher*> watchers;
  };

  using Status = grpc::health::v1::HealthCheckResponse::ServingStatus;
  Status StatusOf(const std::string& service) const;
  aio::Task<grpc::Status> Check(const grpc::health::v1::HealthCheckRequest& request,
                                grpc::health::v1::HealthCheckResponse& response);
  aio::Task<grpc::Status> Watch(CallContext& call, const grpc::health::v1::HealthCheckRequest& request,
                                Writer<grpc::health::v1::HealthCheckResponse>& out);
  LaneWatchers& Here();
  void WakeAll();

  Readiness& readiness_;
  Server& server_;
  grpc::health::v1::Health::AsyncService service_;
  std::vector<std::unique_ptr<LaneWatchers>> lanes_;
  int listener_ = 0;
};

}  // namespace ordermesh::mesh
