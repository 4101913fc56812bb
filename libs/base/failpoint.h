// Places where a test can stop, fail or crash the code. Compiled only into test builds (ORDERMESH_FAILPOINTS).
//
//   ORDERMESH_FAILPOINT("relay_after_confirm");
//
// The environment ORDERMESH_FAILPOINTS="relay_after_confirm=crash@3,…" arms one: `crash` ends the process by SIGKILL at
// its third passage and writes the line `{"event":"failpoint",…}` first; `stop` raises SIGSTOP.
#pragma once

#include "absl/strings/string_view.h"

namespace ordermesh::base {

void HitFailpoint(absl::string_view name);

}  // namespace ordermesh::base

#ifdef ORDERMESH_FAILPOINTS
#define ORDERMESH_FAILPOINT(name) ::ordermesh::base::HitFailpoint(name)
#else
#define ORDERMESH_FAILPOINT(name) static_cast<void>(0)
#endif
