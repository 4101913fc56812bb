// CreateOrder requests, encoded before the load begins.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tools/bench/options.h"

namespace ordermesh::bench {

// Random orders as gRPC messages. Sending one costs a copy and a patch of its request id.
class RequestPool {
 public:
  // `run` makes the request ids differ from those of every other run.
  RequestPool(const Options& options, std::uint64_t run);

  // The gRPC message (5 bytes of prefix, then Protobuf) of order `number`, with a request id that no other number has.
  // The orders repeat after a few thousand.
  void Write(std::uint64_t number, std::string& message) const;

 private:
  struct Encoded {
    std::string message;
    std::size_t id_at;  // where the 32 characters of the request id stand
  };
  std::uint64_t run_;
  std::vector<Encoded> orders_;
};

}  // namespace ordermesh::bench
