// What the load tool is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ordermesh::bench {

// Both ends included.
struct Range {
  int first = 0;
  int last = 0;
};

struct Options {
  std::string target = "127.0.0.1:50051";  // the gateway's gRPC port
  double rate = 500;                       // orders a second, on a fixed schedule
  double seconds = 10;                     // measured
  double warm_up = 2;                      // before that, at the same rate, sent and not measured
  int connections = 4;
  double deadline = 5;  // seconds, of each call
  Range customers{0, 999};
  Range skus{0, 998};    // the sample product after these is not for sale
  Range lines{1, 5};     // of an order
  Range quantity{1, 3};  // of a line
  std::uint64_t seed = 1;
  // Instead of a schedule: so many calls in flight, each answer followed by the next call; says what the system can
  // take, and nothing of latency under a given load.
  bool max_rate = false;
  int in_flight = 256;
  // POST /v1/orders with JSON instead of gRPC's CreateOrder; over HTTP/2 all the same. The target is the edge then.
  bool http = false;
};

// INVALID_ARGUMENT: an unknown option or a bad value.
absl::StatusOr<Options> ParseOptions(absl::Span<const absl::string_view> arguments);
std::string Help();

}  // namespace ordermesh::bench
