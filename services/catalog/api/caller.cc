#include "services/catalog/api/caller.h"

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/text.h"

namespace ordermesh::catalog {
namespace {

constexpr int kMaxCaller = 128;  // characters

}  // namespace

absl::Status CheckCaller(const mesh::CallContext& call) {
  if (domain::IsVisibleAscii(call.caller(), kMaxCaller)) return absl::OkStatus();
  return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                           .message = "x-ordermesh-caller: 1 to 128 visible ASCII characters are needed",
                           .reason = domain::reasons::kCallerMalformed});
}

}  // namespace ordermesh::catalog
