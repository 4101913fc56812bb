// The two sides of a streaming call, as a handler sees them.
#pragma once

#include "libs/aio/task.h"

namespace ordermesh::mesh {

// What a handler writes. One Write at a time.
template <class Out>
class Writer {
 public:
  virtual ~Writer() = default;
  // Ends when gRPC has taken the message: a slow client holds the writer back. False: the client is gone, or the server
  // stops; the handler should return.
  virtual aio::Task<bool> Write(const Out& message) = 0;
};

// What a bidirectional handler reads and writes. One Read and one Write at a time, at once if need be.
template <class In, class Out>
class Stream : public Writer<Out> {
 public:
  // False: the client has no more, is gone, or the server stops.
  virtual aio::Task<bool> Read(In& message) = 0;
};

}  // namespace ordermesh::mesh
