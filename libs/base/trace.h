// W3C Trace Context: the `traceparent` that travels with an order, https://www.w3.org/TR/trace-context/.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/base/random.h"

namespace ordermesh::base {

class TraceContext {
 public:
  // Continues what `traceparent` names under a new span id, or starts a new trace when it is empty or malformed.
  static TraceContext Continue(absl::string_view traceparent, Random& random);

  const std::string& traceparent() const { return traceparent_; }  // "00-<32 hex>-<16 hex>-<2 hex>"
  absl::string_view trace_id() const { return absl::string_view(traceparent_).substr(3, 32); }

 private:
  explicit TraceContext(std::string traceparent) : traceparent_(std::move(traceparent)) {}
  std::string traceparent_;
};

}  // namespace ordermesh::base
