#include "libs/mesh/grpc_log.h"

#include <grpc/support/log.h>

#include "libs/base/log.h"

namespace ordermesh::mesh {
namespace {

thread_local int quiet = 0;

void Write(gpr_log_func_args* line) {
  if (quiet > 0 || line->severity != GPR_LOG_SEVERITY_ERROR) return;
  base::LogWarning("grpc_library", {{"message", line->message}, {"file", line->file}, {"line", line->line}});
}

}  // namespace

void RedirectGrpcLog() { gpr_set_log_function(Write); }

QuietGrpcLog::QuietGrpcLog() { ++quiet; }
QuietGrpcLog::~QuietGrpcLog() { --quiet; }

}  // namespace ordermesh::mesh
