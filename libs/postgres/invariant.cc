#include "libs/postgres/invariant.h"

#include <cstdlib>

#include "libs/base/log.h"

namespace ordermesh::postgres {

void BrokenInvariant(absl::string_view what) {
  base::LogError("broken_invariant", {{"what", what}});
  std::abort();
}

}  // namespace ordermesh::postgres
