// CreateOrder requests, encoded before the load begins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/bench/connection.h"
#include "tools/bench/options.h"

namespace ordermesh::bench {

// Random orders as gRPC messages, or as JSON for HTTP. Sending one costs a copy and a patch of its request id.
class RequestPool {
 public:
  // `run` makes the request ids differ from those of every other run.
  RequestPool(const Options& options, std::uint64_t run);

  // Order `number` with a request id that no other number has: the gRPC message (5 bytes of prefix, then Protobuf),
  // which holds the id; or the JSON of the order, and the id beside it. The orders repeat after a few thousand.
  Request Make(std::uint64_t number) const;

 private:
  struct Encoded {
    std::string message;
    std::size_t id_at;  // where the 32 characters of the request id stand; npos: not in it
  };
  std::uint64_t run_;
  std::vector<Encoded> orders_;
};

}  // namespace ordermesh::bench
