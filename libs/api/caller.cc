#include "libs/api/caller.h"

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/text.h"

namespace ordermesh::api {

absl::Status CheckCaller(absl::string_view caller) {
  if (domain::IsVisibleAscii(caller, kMaxCaller)) return absl::OkStatus();
  return domain::ToStatus(
      {.code = absl::StatusCode::kInvalidArgument,
       .message = absl::StrCat("x-ordermesh-caller: 1 to ", kMaxCaller, " visible ASCII characters are needed"),
       .reason = domain::reasons::kCallerMalformed});
}

}  // namespace ordermesh::api
