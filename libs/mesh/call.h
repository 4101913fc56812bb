// What a handler knows of the call that it serves.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/waiter.h"
#include "libs/base/deadline.h"
#include "libs/base/trace.h"

namespace ordermesh::mesh {

// Lives as long as its call, on the lane that serves it.
class CallContext {
 public:
  virtual ~CallContext() = default;

  // The client's deadline, or the server's default (5 s; for a stream: none) when it set none.
  virtual base::Deadline deadline() const = 0;
  // By the client, or its deadline has passed. A stream: also when the server is about to stop; the client then gets
  // UNAVAILABLE whatever the handler returns, and resumes elsewhere.
  virtual bool cancelled() const = 0;
  // Calls `job` once on the lane when cancelled() becomes true for another reason than the deadline, at once if it is;
  // for a handler that waits for something else than the client. The last job given counts; an empty one takes it back.
  virtual void OnCancelled(aio::Job job) { static_cast<void>(job); }
  // The first value of a metadata key (lower case); empty when missing.
  virtual absl::string_view metadata(absl::string_view key) const = 0;
  // All of its values: a key may be given several times, or with nothing behind it.
  virtual std::vector<absl::string_view> metadata_values(absl::string_view key) const = 0;
  virtual aio::Lane& lane() const = 0;
  // Asked to stop when cancelled() becomes true for another reason than the deadline; for work on other threads.
  virtual std::stop_token gone() const = 0;
  aio::Waiter waiter() const { return {lane(), deadline(), gone()}; }
  const base::TraceContext& trace() const { return trace_; }
  // Who calls: the metadata x-ordermesh-caller, "default" when absent.
  absl::string_view caller() const {
    absl::string_view caller = metadata("x-ordermesh-caller");
    return caller.empty() ? absl::string_view("default") : caller;
  }

 protected:
  explicit CallContext(base::TraceContext trace) : trace_(std::move(trace)) {}
  base::TraceContext trace_;
};

}  // namespace ordermesh::mesh
