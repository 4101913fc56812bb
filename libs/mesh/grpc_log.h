// Turns gRPC's own log lines into ours.
#pragma once

namespace ordermesh::mesh {

// From now on gRPC's errors are warnings of our log (they concern a connection, not this process); the rest is dropped.
void RedirectGrpcLog();

// While it lives, what gRPC says on this thread is dropped: the caller says it better.
class QuietGrpcLog {
 public:
  QuietGrpcLog();
  ~QuietGrpcLog();
  QuietGrpcLog(const QuietGrpcLog&) = delete;
  QuietGrpcLog& operator=(const QuietGrpcLog&) = delete;
};

}  // namespace ordermesh::mesh
