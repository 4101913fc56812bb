// What ends the process when our own code breaks a rule of this library.
#pragma once

#include "absl/strings/string_view.h"

namespace ordermesh::postgres {

// Logs `what` and aborts.
[[noreturn]] void BrokenInvariant(absl::string_view what);

}  // namespace ordermesh::postgres
