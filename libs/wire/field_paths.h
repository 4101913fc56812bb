// Field paths of lines, written together: {"lines[0].sku", "lines[1].sku", "lines[5].sku"} as "lines[0-1,5].sku".
#pragma once

#include <string>
#include <vector>

#include "libs/domain/refusal.h"

namespace ordermesh::wire {

// One violation for each rule and kind of field, in the order of their first, with the paths of the lines joined. The
// description is the first one's.
std::vector<domain::Violation> JoinLines(const std::vector<domain::Violation>& violations);

}  // namespace ordermesh::wire
