// Channels to other services of the mesh.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace ordermesh::mesh {

struct ChannelOptions {
  // Calls go only to addresses whose health service says SERVING for this name; "" is the whole process.
  bool check_health = true;
  // A call that ends with UNAVAILABLE is tried again, at most three times in all and within a budget: the methods that
  // are called must bear it.
  bool retry = true;
};

// `target` is "host:port", whose name is resolved again as its addresses change and which is balanced over all of them
// round robin; or a list "10.0.0.1:50052,10.0.0.2:50052"; or a full gRPC target with a scheme. Connects when first
// used; each channel has connections of its own.
std::shared_ptr<grpc::Channel> MakeChannel(absl::string_view target, const ChannelOptions& options = {});

// The same in gRPC's own terms, for tests.
std::string ToGrpcTarget(absl::string_view target);
std::string ServiceConfigJson(const ChannelOptions& options);

}  // namespace ordermesh::mesh
