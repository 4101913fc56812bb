// Places where a test can stop or crash the code. Every preset has them compiled in (ORDERMESH_FAILPOINTS); the images
// leave them out.
//
//   base::HitFailpoint("relay_after_confirm");
//
// The environment ORDERMESH_FAILPOINTS="relay_after_confirm=crash@3,…" arms one: `crash` ends the process by SIGKILL at
// its third passage and writes the line `{"event":"failpoint",…}` first; `stop` raises SIGSTOP.
#pragma once

#include "absl/strings/string_view.h"

namespace ordermesh::base {

// Does nothing where none is armed, or none compiled in.
void HitFailpoint(absl::string_view name);

}  // namespace ordermesh::base
