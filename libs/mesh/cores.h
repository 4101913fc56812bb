// How many processor cores this process may use.
#pragma once

#include <string>

namespace ordermesh::mesh {

// The lesser of its CPU affinity and its control group's quota, at least 1.
int AvailableCores();

// The quota in the text of cpu.max (cgroup v2: "150000 100000", "max 100000") as whole cores, rounded up; 0: none.
int CoresOfQuota(const std::string& cpu_max);

}  // namespace ordermesh::mesh
