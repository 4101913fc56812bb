// Reads what EXPLAIN says.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace ordermesh::testing {

// The pages that a statement looked at, by `plan`, its EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON). Fails the test when the
// plan doesn't say it.
inline std::int64_t PagesLookedAt(const std::string& plan) {
  std::int64_t pages = 0;
  for (const char* kind : {"Hit", "Read"}) {
    const std::string name = absl::StrCat("\"Shared ", kind, " Blocks\": ");
    const std::size_t at = plan.find(name);  // the first is the outermost node's, which holds those below it
    if (at == std::string::npos) {
      ADD_FAILURE() << "no " << name << "in " << plan;
      continue;
    }
    pages += std::stoll(plan.substr(at + name.size()));
  }
  return pages;
}

}  // namespace ordermesh::testing
