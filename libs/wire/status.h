// absl::Status inside ↔ grpc::Status with google.rpc details on the wire: the one mapping.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace ordermesh::wire {

inline constexpr absl::string_view kErrorDomain = "ordermesh";  // of google.rpc.ErrorInfo

// Every refusal carries an ErrorInfo; with violations, a BadRequest (INVALID_ARGUMENT) or a PreconditionFailure
// (FAILED_PRECONDITION) that names every one; RetryInfo with RESOURCE_EXHAUSTED and UNAVAILABLE (a second, unless the
// refusal says otherwise); ResourceInfo when the refusal names one.
//
// What a database or a library said stays inside: a status that is no domain::Refusal keeps its message only with a
// code that means the request (INVALID_ARGUMENT, NOT_FOUND, …), and one that carries somebody else's payload, a
// SQLSTATE, never.
//
// The details travel in a trailer, and clients refuse trailers beyond 8 KiB (the default of gRPC's C core and Java). So
// of many violations the descriptions are left out first (their reasons stay), and then equal ones of several lines are
// named together: "lines[0-41,43].quantity". None is dropped.
grpc::Status ToGrpcStatus(const absl::Status& status);

// The opposite, for calls of our own: the refusal comes back, so that it can be passed on.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace ordermesh::wire
